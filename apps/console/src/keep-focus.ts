/**
 * For buttons that vanish with what they do: moves the focus to the text field, so that people at a keyboard are not
 * thrown back to the top of the page. `clickDetail` is 0 for keyboard and screen reader; a touch must not open the
 * keyboard of the phone.
 */
export function keepFocus(clickDetail: number): void {
  if (clickDetail === 0) document.getElementById('text-input')?.focus();
}
