import { ProcessorSilence } from '../../../src/domain/processor-silence.ts';
import type { ProviderReader, ReaderAdministration } from '../../../src/domain/counter/reader-administration.ts';

/** The processor's side of readers, in memory: codes are good once, the same key gives the same reader. */
export interface ReaderCupboard extends ReaderAdministration {
  readonly readers: Map<string, ProviderReader>;
  /** The next call is carried out, but its answer is lost. */
  loseNextAnswer(): void;
}

export function readerCupboard(): ReaderCupboard {
  const readers = new Map<string, ProviderReader>();
  const byKey = new Map<string, ProviderReader>();
  let losing = false;
  const answer = async <T>(value: T): Promise<T> => {
    const lost = losing;
    losing = false;
    if (lost) throw new ProcessorSilence('The answer was lost.');
    return value;
  };
  return {
    readers,
    loseNextAnswer: () => {
      losing = true;
    },
    register: async ({ key, registrationCode, providerLocation, label }) => {
      const known = byKey.get(key);
      if (known !== undefined) return answer({ kind: 'registered', reader: known });
      if (registrationCode !== 'simulated-wpe') return answer({ kind: 'refused', message: 'No such code.' });
      const providerRef = `tmr_paired_${readers.size + 1}`;
      const reader = {
        providerRef,
        label,
        providerLocation,
        deviceType: 'simulated_wisepos_e',
        serialNumber: 'S1',
        online: true,
      };
      readers.set(providerRef, reader);
      byKey.set(key, reader);
      return answer({ kind: 'registered', reader });
    },
    list: async (location) => answer([...readers.values()].filter((reader) => reader.providerLocation === location)),
    rename: async (providerRef, label) => {
      const reader = readers.get(providerRef);
      if (reader === undefined) return answer('unknown_reader');
      readers.set(providerRef, { ...reader, label });
      return answer('renamed');
    },
    remove: async (providerRef) => {
      readers.delete(providerRef);
      return answer('removed');
    },
  };
}
