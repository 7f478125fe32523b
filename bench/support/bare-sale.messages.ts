import { defineSignal, defineUpdate } from '@temporalio/workflow';

export const beginBare = defineUpdate<string>('begin');
export const bareEvent =
  defineSignal<[{ readonly eventRowId: string; readonly type: string; readonly objectId: string }]>('providerEvent');

/** Both are there to be hopped to, and do nothing. */
export interface BareActivities {
  dispatchNothing(): Promise<string>;
  settleNothing(): Promise<string>;
}
