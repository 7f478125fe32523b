/** The triggers that make `table` append only, as the schema check compares them with those of the migration. */
export function appendOnlyTriggers(table: string): {
  name: string;
  timing: 'before';
  events: ('update' | 'delete')[];
  body: string;
}[] {
  const body = `SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '${table} is append only'`;
  return [{ name: `${table}_refuses`, timing: 'before', events: ['update', 'delete'], body }];
}
