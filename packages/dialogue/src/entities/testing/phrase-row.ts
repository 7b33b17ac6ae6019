import type { Json } from '../../tools/tool.ts';
import type { AccountForm, EntityKind } from '../found-entity.ts';

/** A phrase and what must be found in it. */
export interface PhraseRow {
  readonly say: string;
  readonly kind: EntityKind;
  /** The value of the last found entity of the kind; undefined if there must be none. */
  readonly is: Json | undefined;
  /** It answers the question for this kind. */
  readonly asked?: true;
  /** US for English and VN for Vietnamese, where left out. */
  readonly region?: string;
  /** `value: name, name`, or a name that is the value too. */
  readonly list?: readonly string[];
  readonly pattern?: string;
  readonly account?: AccountForm;
  /** Looked for together; the row's kind alone, where left out. */
  readonly kinds?: readonly EntityKind[];
}
