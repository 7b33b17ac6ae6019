import type { JsonValue } from 'jsonpath-rfc9535';
import type { Integration } from '../definition.ts';
import type { Fail } from '../errors.ts';
import type { HttpAnswer } from '../http/exchange.ts';
import type { SoapOperation } from '../operations.ts';
import { recordableText } from '../record.ts';
import { fillingOf } from './filling.ts';
import type { HttpKind } from './http-kind.ts';
import { escapeXml, readXml, writeXml, XmlError } from './xml.ts';

const envelopes = {
  '1.1': 'http://schemas.xmlsoap.org/soap/envelope/',
  '1.2': 'http://www.w3.org/2003/05/soap-envelope',
} as const;

/** SOAP, document style: one element in the body. The answer is what its body holds, without prefixes. */
export function soapKind(definition: Extract<Integration, { kind: 'soap' }>, operation: SoapOperation): HttpKind {
  const { version } = definition;
  const { action } = operation;
  return {
    target: `POST ${operation.element}`,
    mayRepeat: operation.effect === 'reads',
    errorCodes: operation.errorCodes,
    idempotencyHeader: undefined,
    ask(scope, fail) {
      const content = fillingOf(scope, fail).json(operation.body, 'body');
      return {
        method: 'POST',
        url: new URL(definition.baseUrl),
        headers:
          version === '1.1'
            ? { 'content-type': 'text/xml; charset=utf-8', soapaction: `"${action}"`, accept: 'text/xml' }
            : {
                'content-type': `application/soap+xml; charset=utf-8; action="${action}"`,
                accept: 'application/soap+xml',
              },
        body: naming(fail, 'body', () => envelope(version, operation, isObject(content) ? content : {})),
      };
    },
    explain(answer, fail) {
      if (answer.status < 400 || isXml(answer)) fault(answer, fail);
    },
    read(answer, fail) {
      const body = bodyOf(answer, fail);
      if (body === undefined)
        throw fail('response_malformed', 'The answer has no SOAP body.', { status: answer.status });
      return body;
    },
  };
}

function envelope(
  version: keyof typeof envelopes,
  operation: SoapOperation,
  content: Parameters<typeof writeXml>[1] & object,
): string {
  // The element carries the namespace for all that is in it.
  const element = writeXml(operation.element, { '@xmlns': operation.namespace, ...content });
  return `<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="${escapeXml(envelopes[version])}"><s:Body>${element}</s:Body></s:Envelope>`;
}

function fault(answer: HttpAnswer, fail: Fail): void {
  // What cannot be read is for the status to explain, or for `read`.
  const body = tryBody(answer);
  const found = body !== undefined && isObject(body) ? body.Fault : undefined;
  if (found === undefined) return;
  const texts = isObject(found) ? found : {};
  const code = textAt(texts.faultcode) ?? (isObject(texts.Code) ? textAt(texts.Code.Value) : undefined);
  const reason = textAt(texts.faultstring) ?? (isObject(texts.Reason) ? textAt(texts.Reason.Text) : undefined);
  throw fail('soap_fault', recordableText(`${code ?? 'fault'}: ${reason ?? 'without a reason'}`), {
    status: answer.status,
  });
}

function tryBody(answer: HttpAnswer): JsonValue | undefined {
  try {
    return bodyIn(readXml(answer.text));
  } catch {
    return undefined;
  }
}

function bodyOf(answer: HttpAnswer, fail: Fail): JsonValue | undefined {
  if (!isXml(answer))
    throw fail('response_type_unexpected', `The answer is ${answer.contentType.slice(0, 60)}, not XML.`, {
      status: answer.status,
    });
  try {
    return bodyIn(readXml(answer.text));
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    throw fail('response_malformed', error.message, { status: answer.status, cause: error });
  }
}

function bodyIn(document: JsonValue): JsonValue | undefined {
  const envelope = isObject(document) ? document.Envelope : undefined;
  return envelope !== undefined && isObject(envelope) ? envelope.Body : undefined;
}

function isXml({ contentType }: HttpAnswer): boolean {
  return contentType === '' || /^(?:application|text)\/(?:[a-z0-9.-]+\+)?xml$/.test(contentType);
}

function textAt(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'string') return value;
  // With attributes, such as xml:lang, the text is a field of its own.
  return value !== undefined && isObject(value) && typeof value['#text'] === 'string' ? value['#text'] : undefined;
}

function isObject<Value>(value: Value): value is Value & { [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function naming<Result>(fail: Fail, field: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof XmlError) throw fail('value_invalid', error.message, { field, cause: error });
    throw error;
  }
}
