/** Where something sealed lies. */
export interface SealedColumn {
  readonly table: string;
  readonly column: string;
  /** `text`: the whole column. `json`: the field `sealed` of an object, which may also hold what is not sealed. */
  readonly kind: 'text' | 'json';
}

/** Every column that holds what the sealer sealed: what `keys -- rewrap` moves to the key in service. A test finds those missing. */
export const sealedColumns: readonly SealedColumn[] = [
  { table: 'integration_configs', column: 'sealed_credentials', kind: 'text' },
  { table: 'provider_accounts', column: 'sealed_account', kind: 'text' },
  { table: 'webhooks', column: 'sealed_secret', kind: 'text' },
  { table: 'webhooks', column: 'sealed_previous_secret', kind: 'text' },
  { table: 'signing_keys', column: 'sealed_private_jwk', kind: 'text' },
  { table: 'idempotency_keys', column: 'sealed_response', kind: 'text' },
  { table: 'recordings', column: 'sealed_key', kind: 'text' },
  { table: 'privacy_requests', column: 'sealed_person', kind: 'text' },
  { table: 'privacy_requests', column: 'sealed_result', kind: 'text' },
  { table: 'sessions', column: 'context', kind: 'json' },
];
