// Loaded before a process's own code: its clock is wrong by CLOCK_SKEW_MS from then on, as a machine's can be. Timers keep
// their length, as they do on a machine whose clock was set.
const skewMs = Number(process.env.CLOCK_SKEW_MS ?? 0);
const RightDate = globalThis.Date;

globalThis.Date = class extends RightDate {
  constructor(...given) {
    if (given.length === 0) super(RightDate.now() + skewMs);
    else super(...given);
  }

  static now() {
    return RightDate.now() + skewMs;
  }
};
