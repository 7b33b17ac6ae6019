/**
 * Everything that can be wrong with an agent's flows, when they are checked and while they run: what it is, and what to do.
 * Names are stable, for they are shown, searched for and recorded.
 */
export const flowErrors = {
  // The definition as a whole.
  schema_invalid: 'Write the field as its description says.',
  file_invalid: 'Correct the file at the line that is named.',
  file_too_large: 'Split the file, or take out what is not needed.',
  folder_invalid: 'Give a folder with an agent.yaml, and beside it flows/, training/ and lists/ as needed.',
  start_flow_missing: 'Name an existing flow as the one that begins, or add a flow of that name.',

  // The graph.
  start_missing: 'Add a start node and lead it to the first step.',
  start_twice: 'Keep one start node and remove the others.',
  node_unknown: 'Lead it to a node of the same flow.',
  node_unreachable: 'Lead a node here, or remove it.',
  no_way_on: 'Give the node a way that leads to an end, a return, a transfer or a step that waits for the caller.',
  cycle_without_waiting: 'Put a form, a confirm, a route, a menu or a model that converses into the circle.',
  flow_recursion: 'Put a step that waits for the caller before the flow that starts this one again.',

  // Names that lead nowhere.
  flow_unknown: 'Name an existing flow, or add it.',
  speech_unusable: 'Name engines that there are an account and the language for: GET /v1/providers.',
  slot_unknown: 'Name an existing slot, or add it.',
  intent_unknown: 'Name an existing intent, or add it.',
  list_unknown: 'Name an existing list, or add it.',
  tool_unknown: 'Name a tool of this agent, or connect the integration that has it.',
  result_unknown: 'Use the name under which a call, a model, a code or a set node of this agent keeps its result.',

  flow_unused: 'Lead an intent or a flow node to it, or remove it.',

  // What is said and understood.
  translation_missing: "Write it in each of the agent's languages.",
  wording_unknown: 'Use a name of docs/flows.md, or remove it.',
  template_invalid: 'Correct the template: docs/flows.md lists tags and filters.',
  template_filter_unknown: 'Use one of the filters of docs/flows.md.',
  template_variable_unknown: 'Begin with slots, results, turn, conversation or now, and use a name that exists.',
  template_too_large: 'Say less at once: shorten the template or what it repeats.',
  ssml_invalid: 'Write a fragment of XML whose elements are closed, without a speak element.',
  pattern_invalid: 'Write the expression in the syntax of RE2: no look-around and no back-references.',
  list_missing: 'Name the list whose entries the slot takes.',
  pattern_missing: 'Give the pattern that the slot takes.',
  list_empty: 'Give the list entries.',
  examples_missing: 'Give the intent examples of what callers say, in each language.',
  digit_twice: 'Give each option of the menu its own key.',
  branch_twice: 'Give each branch of the split its own name.',
  choice_twice: 'Keep one of the two ways; the second is never taken.',
  slot_twice: 'Ask for each slot once in a form.',
  entry_twice: 'Keep one of the entries and give it all the names.',
  limits_invalid: 'Let the lower bound be no greater than the upper one.',
  condition_invalid: 'Give the comparison what it compares with; `oneOf` takes a list, `matches` an expression.',
  condition_too_deep: 'Nest conditions at most 20 deep.',
  value_invalid: 'Write `=` and a path, such as =slots.date, or a template.',
  value_too_deep: 'Nest values at most 20 deep.',

  time_zone_unknown: 'Name a zone as Europe/London does.',

  // While a flow runs.
  flow_loop: 'Let the flow wait for the caller before it comes back to the same step.',
  results_too_large: 'Keep less of what calls give: choose the fields that are used.',
  slots_too_large: 'Keep in slots what callers say, and what is large in results.',
  code_unavailable: 'Remove the code step, or run the agent where code steps are allowed.',
  code_failed: 'Correct the code; its reason is given.',
  model_unavailable: 'Configure a language model, or remove the model step.',
  memory_invalid: 'The conversation was stored by a version that is not known here; it begins anew.',

  // Versions.
  agent_unknown: 'Create a draft of the agent first.',
  nothing_published: 'Publish a version, or give one that is published a share of the conversations.',
  too_many_versions: 'Remove agents or versions that are not used.',
  version_unknown: 'Choose one of the versions that were published.',
  draft_conflict: 'Someone saved the draft meanwhile: load it again and repeat the change.',
  version_conflict: 'Look at what others changed, and try again.',
  percentage_invalid: 'Give a whole number from 0 to 100.',
} as const satisfies Record<string, string>;

export type FlowErrorCode = keyof typeof flowErrors;

/** Where in a definition something is. */
export interface FlowPlace {
  readonly flow?: string | undefined;
  readonly node?: string | undefined;
  /** Of the node, or of the definition where there is none: `slots.0.ask.vi`. */
  readonly field?: string | undefined;
}

/** Something wrong with a flow; the message names place, reason and what to do. For engineers and designers, not for callers. */
export class FlowError extends Error {
  override readonly name = 'FlowError';
  readonly code: FlowErrorCode;
  readonly flow: string | undefined;
  readonly node: string | undefined;
  readonly field: string | undefined;
  /** What is wrong, in one clause. */
  readonly reason: string;

  constructor(code: FlowErrorCode, details: FlowPlace & { readonly reason: string }, options?: ErrorOptions) {
    super(describe(code, details), options);
    this.code = code;
    this.flow = details.flow;
    this.node = details.node;
    this.field = details.field;
    this.reason = details.reason;
  }

  /** The same error where the place was not known to the one who threw it; what is known already stays. */
  at(place: FlowPlace): FlowError {
    return new FlowError(
      this.code,
      {
        flow: this.flow ?? place.flow,
        node: this.node ?? place.node,
        field: this.field ?? place.field,
        reason: this.reason,
      },
      { cause: this },
    );
  }
}

function describe(code: FlowErrorCode, details: FlowPlace & { readonly reason: string }): string {
  const places = [
    details.flow === undefined ? [] : [`flow ${details.flow}`],
    details.node === undefined ? [] : [`node ${details.node}`],
    details.field === undefined ? [] : [details.field],
  ].flat();
  const place = places.length === 0 ? '' : `${places.join(', ')}: `;
  return `${place}${sentence(details.reason)} ${flowErrors[code]} (${code})`;
}

function sentence(reason: string): string {
  return /[.!?]$/.test(reason) ? reason : `${reason}.`;
}
