import type { ControlClient } from '../../simulator/control-client.ts';
import type { Weather } from './plan.ts';

/** How often the weather struck, counted by the simulator. */
export interface Injected {
  readonly faults: number;
  readonly webhooks: number;
}

/** Rules for one account at the processor. */
export interface WeatherAt {
  readonly account: string;
  readonly weather: Weather;
}

/** Puts the plan's rules on the accounts of one scene; `end` takes them away, lets go what is held, and counts. */
export async function makeWeather(control: ControlClient, places: readonly WeatherAt[]) {
  const faultIds = new Set<string>();
  const ruleIds = new Set<string>();
  for (const { account, weather } of places) {
    for (const { preset, chance, ...rule } of weather.faults) {
      faultIds.add(await control.faults.add(preset, { ...rule, probability: chance, account }));
    }
    for (const rule of weather.webhooks) ruleIds.add(await control.webhooks.add({ ...rule, account }));
  }
  return {
    end: async (): Promise<Injected> => {
      const faults = (await control.faults.read()).rules.filter(({ id }) => faultIds.has(id));
      const rules = (await control.webhooks.read()).rules.filter(({ id }) => ruleIds.has(id));
      for (const id of faultIds) await control.faults.remove(id);
      for (const id of ruleIds) await control.webhooks.removeRule(id);
      await control.webhooks.release();
      return {
        faults: faults.reduce((sum, { injected }) => sum + injected, 0),
        webhooks: rules.reduce((sum, { fired }) => sum + fired, 0),
      };
    },
  };
}
