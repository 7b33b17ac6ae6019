/**
 * The reason for `abort(givenUp)`: what `abort()` makes by itself each time, with a trace of the stack that nobody reads. What is given
 * up several times in every turn is given up with this one.
 */
export const givenUp = new DOMException('This operation was aborted', 'AbortError');
