const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const timeLength = 10;
const randomLength = 16;

/** A ULID of a workflow's own time and a random `uuid`, which a replay gives again: nothing else in a workflow may be random. */
export function ulidOf(time: Date, uuid: string): string {
  const random = BigInt(`0x${uuid.replaceAll('-', '').slice(-20)}`);
  return `${inBase32(BigInt(time.getTime()), timeLength)}${inBase32(random, randomLength)}`;
}

function inBase32(value: bigint, length: number): string {
  const digits = Array.from({ length }, (_, index) => (value >> BigInt(5 * (length - 1 - index))) & 31n);
  return digits.map((digit) => alphabet[Number(digit)]).join('');
}
