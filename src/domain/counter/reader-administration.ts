/**
 * Readers at the processor: what an operator may change there. These calls move no money and their answers are not
 * stored beyond our own row (decisions D53, D75). A definite "no" is a value; silence throws.
 */
export interface ReaderAdministration {
  /** Pairs a reader by the code on its screen. The same `key` gives the same reader. */
  register(request: RegisterReaderRequest): Promise<RegisterReaderOutcome>;
  /** Every reader of a location, as the processor knows them now. */
  list(providerLocation: string): Promise<readonly ProviderReader[]>;
  /** `unknown_reader`: the processor has no such reader (any more). */
  rename(providerRef: string, label: string): Promise<'renamed' | 'unknown_reader'>;
  /** Unpairs; a reader that is already gone is `removed` too. */
  remove(providerRef: string): Promise<'removed'>;
}

export interface RegisterReaderRequest {
  readonly key: string;
  readonly providerLocation: string;
  /** Shown on the reader, good for one use; never stored. */
  readonly registrationCode: string;
  readonly label: string;
}

export type RegisterReaderOutcome =
  | { readonly kind: 'registered'; readonly reader: ProviderReader }
  /** The code is wrong, used up or expired, or the reader is in a place that the location does not allow. */
  | { readonly kind: 'refused'; readonly message: string };

export interface ProviderReader {
  readonly providerRef: string;
  readonly label: string;
  readonly deviceType: string | null;
  readonly serialNumber: string | null;
  readonly providerLocation: string | null;
  readonly online: boolean;
}
