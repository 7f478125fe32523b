/** A moment as the database writes it, UTC with microseconds: what riders carry. */
export function sqlTime(at: Date): string {
  return `${at.toISOString().replace('T', ' ').replace('Z', '')}000`;
}
