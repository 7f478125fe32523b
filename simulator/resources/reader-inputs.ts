import { startAction } from '../readers/commands.ts';
import { failure, finishAction, slotOf, type Slot } from '../readers/slot.ts';
import type { ActionRecord, ReaderRecord } from '../records.ts';
import type { Account } from '../store.ts';
import { plainRefusal } from '../wire/errors.ts';
import { boolean, filledText, group, list, metadata, needed, oneOf, text, type Parsed } from '../wire/fields.ts';
import { endpoint, type ApiCall, type ApiRoute } from '../wire/routes.ts';
import type { World } from '../world.ts';
import { begun } from './reader-actions.ts';
import { readerAt } from './readers.ts';

type Input = NonNullable<ActionRecord['collect_inputs']>['inputs'][number];

const inputShape = {
  custom_text: needed(group({ title: needed(filledText), description: text, skip_button: text, submit_button: text })),
  required: boolean,
  selection: group({
    choices: needed(
      list(group({ id: needed(filledText), style: oneOf('primary', 'secondary'), text: needed(filledText) })),
    ),
  }),
  toggles: list(group({ default_value: oneOf('disabled', 'enabled'), description: text, title: text })),
  type: needed(oneOf('email', 'numeric', 'phone', 'selection', 'signature', 'text')),
};
const collectShape = { inputs: needed(list(group(inputShape))), metadata };

/** Questions a reader asks, and the helpers that answer them (terminal.md 5.2, optional). */
export function readerInputRoutes(world: World): ApiRoute[] {
  const at = (call: { account: Account; path: Record<string, string> }): Slot =>
    slotOf(world, call.account, readerAt(call.account, call.path));
  const helpers = '/v1/test_helpers/terminal/readers/:id';
  const skipping = { skip_non_required_inputs: oneOf('all', 'none') };
  return [
    endpoint('POST /v1/terminal/readers/:id/collect_inputs', collectShape, (call) => collect(at(call), call)),
    endpoint(`POST ${helpers}/succeed_input_collection`, skipping, (call) =>
      succeed(at(call), call.params.skip_non_required_inputs === 'all'),
    ),
    endpoint(`POST ${helpers}/timeout_input_collection`, {}, (call) => {
      const slot = collecting(at(call));
      finishAction(slot, failure('timeout', 'The customer did not answer in time.'));
      return slot.reader;
    }),
  ];
}

function collect(slot: Slot, { params }: ApiCall<typeof collectShape>): ReaderRecord {
  const inputs = params.inputs.map(asked);
  const words = params.metadata === '' ? {} : (params.metadata ?? {});
  startAction(slot, 'display', begun('collect_inputs', { collect_inputs: { inputs, metadata: words } }));
  return slot.reader;
}

function asked(input: Parsed<typeof inputShape>): Input {
  const { custom_text: words, selection } = input;
  return {
    custom_text: {
      title: words.title,
      description: words.description ?? null,
      skip_button: words.skip_button ?? null,
      submit_button: words.submit_button ?? null,
    },
    required: input.required ?? false,
    toggles: (input.toggles ?? []).map((toggle) => ({
      default_value: toggle.default_value ?? null,
      description: toggle.description ?? null,
      title: toggle.title ?? null,
      value: null,
    })),
    type: input.type,
    ...(selection === undefined
      ? {}
      : {
          selection: {
            choices: selection.choices.map(({ id, style, text: label }) => ({ id, style: style ?? null, text: label })),
            id: null,
            text: null,
          },
        }),
  };
}

function collecting(slot: Slot): Slot {
  const { action } = slot.reader;
  if (action?.type === 'collect_inputs' && action.status === 'in_progress') return slot;
  throw plainRefusal('The reader is not collecting inputs.');
}

function succeed(slot: Slot, skipOptional: boolean): ReaderRecord {
  const { action } = collecting(slot).reader;
  for (const input of action?.collect_inputs?.inputs ?? []) answer(input, skipOptional);
  finishAction(slot, { status: 'succeeded' });
  return slot.reader;
}

/** The customer takes the first. */
function choose(selection: NonNullable<Input['selection']>): void {
  const [choice] = selection.choices;
  selection.id = choice?.id ?? null;
  selection.text = choice?.text ?? null;
}

const answers: Partial<Record<string, string>> = {
  email: 'customer@example.com',
  numeric: '12345',
  phone: '+15551234567',
  text: 'simulated text',
  signature: 'file_simulated',
};

function answer(input: Input, skipOptional: boolean): void {
  input.skipped = skipOptional && input.required !== true;
  if (input.skipped) return;
  for (const toggle of input.toggles ?? []) toggle.value = toggle.default_value ?? 'disabled';
  if (input.selection !== undefined) choose(input.selection);
  const value = answers[input.type];
  if (value !== undefined) Object.assign(input, { [input.type]: { value } });
}
