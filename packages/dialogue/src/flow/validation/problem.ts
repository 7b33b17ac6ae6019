import { type FlowErrorCode, flowErrors } from '../flow-error.ts';

/** Something wrong with a definition, where the designer can show it. */
export interface Problem {
  readonly code: FlowErrorCode;
  /** With an error the agent cannot be published; a warning is a thing to look at. */
  readonly severity: 'error' | 'warning';
  readonly flow?: string;
  readonly node?: string;
  /** Of the node, of the flow, or of the definition: `slots.0.ask.vi`; empty for the whole. */
  readonly field: string;
  /** What is wrong and what to do. */
  readonly message: string;
}

/** Where the check is looking. */
export interface Place {
  readonly flow?: string;
  readonly node?: string;
}

/** More than anybody reads; a definition that is wrong everywhere must not fill memory with what is wrong. */
const maxProblems = 1000;

/** Takes down what is wrong. */
export class ProblemList {
  readonly found: Problem[] = [];

  error(code: FlowErrorCode, place: Place, field: string, reason: string): void {
    this.#add(code, 'error', place, field, reason);
  }

  warning(code: FlowErrorCode, place: Place, field: string, reason: string): void {
    this.#add(code, 'warning', place, field, reason);
  }

  #add(code: FlowErrorCode, severity: Problem['severity'], { flow, node }: Place, field: string, reason: string): void {
    if (this.found.length >= maxProblems) return;
    const message = `${reason.replace(/[.:]$/, '')}. ${flowErrors[code]}`;
    this.found.push({
      code,
      severity,
      ...(flow !== undefined && { flow }),
      ...(node !== undefined && { node }),
      field,
      message,
    });
  }
}
