import type { ProcessorAccountId } from '../../domain/ids.ts';
import type { Provider } from '../processor-account.entity.ts';
import type { ProviderEventSource } from './provider-event.entity.ts';

/** An event as it arrives: verified, and without client secrets (decisions D36). */
export interface IncomingEvent {
  readonly provider: Provider;
  readonly processorAccountId: ProcessorAccountId;
  /** What makes it unique at its account: the processor's event id. */
  readonly eventKey: string;
  readonly type: string;
  readonly objectId: string | null;
  readonly payload: string;
  readonly source: ProviderEventSource;
  /** When the processor made it, ISO 8601. */
  readonly createdAt: string;
}
