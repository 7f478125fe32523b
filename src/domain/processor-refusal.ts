/**
 * The processor said no to something that must not be refused: an unknown object, a wrong key, malformed parameters.
 * Nothing moved, and asking again changes nothing; a person or a deployment must.
 */
export class ProcessorRefusal extends Error {
  override readonly name = 'ProcessorRefusal';
  /** The processor's own code. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
