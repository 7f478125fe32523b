/**
 * Which callback a payment asks for. Two codes act inside and may not be given by a host: `M2M` has nothing to deliver
 * (a transfer's notices ride with its posting), `UPP` pays an IOU (cobalt.md 2.17).
 */
export const insideRouteCodes = ['M2M', 'UPP'] as const;
export type InsideRouteCode = (typeof insideRouteCodes)[number];

/** The route code of a payment that pays an IOU; its payload is the IOU's id. */
export const iouRouteCode: InsideRouteCode = 'UPP';
/** The route code of a transfer between members. */
export const transferRouteCode: InsideRouteCode = 'M2M';

/** What became of the payment, as the host reads it. */
export type CallbackStatus = 'Success' | 'Failure';

/** Whether `code` is handled inside, so that no endpoint may be registered for it and no host may ask for it. */
export function isInsideRouteCode(code: string): code is InsideRouteCode {
  return (insideRouteCodes as readonly string[]).includes(code);
}

/** What a route code of a host looks like: capital letters and digits, such as `EVT` or `CAU`. */
export const routeCodePattern = /^[A-Z0-9]{2,16}$/;
