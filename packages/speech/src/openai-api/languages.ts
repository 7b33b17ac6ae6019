/**
 * What the transcription models and the voices know [docs: speech to text, supported languages; the voices follow Whisper's list].
 * Others are tried by them too, badly.
 */
export const openaiLanguages: readonly string[] =
  'af ar hy az be bs bg ca zh hr cs da nl en et fi fr gl de el he hi hu is id it ja kn kk ko lv lt mk ms mr mi ne no fa pl pt ro ru sr sk sl es sw sv tl ta th tr uk ur vi cy'.split(
    ' ',
  );
