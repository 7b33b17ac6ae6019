declare module 'sdp-transform' {
  /** What it finds it gives as it is written, numbers as numbers; nothing is checked. */
  export function parse(sdp: string): unknown;
}
