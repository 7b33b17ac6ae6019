/** What a person hears whose telephone was rung for a caller. */
export interface TransferWordings {
  /** @param caller their number; undefined where the network does not tell it */
  readonly caller: (caller: string | undefined) => string;
  /** @param brief what it is about, without a stop at its end */
  readonly about: (brief: string) => string;
  readonly pressKey: string;
  readonly stayOrRefuse: string;
  readonly connecting: string;
}

const english: TransferWordings = {
  caller: (caller) =>
    caller === undefined ? 'Hello, I have a caller for you.' : `Hello, I have a caller for you, from ${caller}.`,
  about: (brief) => `It is about this: ${brief}.`,
  pressKey: 'Press 1 to take the call, or 2 to refuse it.',
  stayOrRefuse: 'Stay on the line to take the call, or press 2 to refuse it.',
  connecting: 'Thank you, I am putting you through.',
};

const vietnamese: TransferWordings = {
  caller: (caller) =>
    caller === undefined ? 'Xin chào, có cuộc gọi cho bạn ạ.' : `Xin chào, có cuộc gọi cho bạn từ số ${caller} ạ.`,
  about: (brief) => `Nội dung như sau: ${brief}.`,
  pressKey: 'Bấm phím 1 để nhận cuộc gọi, phím 2 để từ chối.',
  stayOrRefuse: 'Giữ máy để nhận cuộc gọi, hoặc bấm phím 2 để từ chối.',
  connecting: 'Cảm ơn bạn, tôi nối máy ngay ạ.',
};

/** In English, where the language has no wording of its own. */
export function transferWordings(language: string): TransferWordings {
  return language.toLowerCase().startsWith('vi') ? vietnamese : english;
}
