/** Endings that no turn has, whatever came before. The model knows them too; here they are certain. */
export const openEndings: Readonly<
  Record<'en' | 'vi', { readonly words: ReadonlySet<string>; readonly phrases: readonly string[] }>
> = {
  en: {
    words: new Set(
      (
        'a an the my your our their and or but because if than um uh er erm hmm i we he they ' +
        "it's i'm i'd i'll let's we'd we'll they're she's he's every between quarter past mister missus"
      ).split(' '),
    ),
    phrases: [
      'my name',
      'my name is',
      'name is',
      'my number',
      'my number is',
      'my phone',
      'my address is',
      'my email is',
      'my birthday is',
      'i want',
      'i need',
      'i would like',
      "i'd like",
      'i want to',
      'i need to',
      "i'd like to",
      'would like to',
      'can i get',
      'can i',
      'can you',
      'could you',
      'speak to',
      'speak with',
      'talk to the',
      'to book',
      'this is',
      'and then',
      'so that',
    ],
  },
  vi: {
    words: new Set('và hay hoặc nhưng vì nếu khi của tại thì mà để từ vào lúc à ừm ờ muốn cần các những'.split(' ')),
    phrases: [
      'tên tôi',
      'tên tôi là',
      'tên em là',
      'tên em',
      'tên là',
      'số của',
      'tôi muốn',
      'em muốn',
      'cho tôi hỏi',
      'cho em hỏi',
      'cho tôi',
      'cho em',
      'địa chỉ là',
      'hỏi về',
      'ý tôi là',
      'ý em là',
    ],
  },
};
