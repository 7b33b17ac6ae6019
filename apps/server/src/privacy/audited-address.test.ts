import { expect, test } from 'vitest';
import { auditedAddress } from './audited-address.ts';

test('an address in the audit log tells where it leads and whether it was changed, and no password', () => {
  expect(auditedAddress('https://crm.example/')).toBe('https://crm.example');
  const hook = auditedAddress('https://hooks.example:8443/services/T0/xoxb-planted?key=planted');
  expect(hook).toMatch(/^https:\/\/hooks\.example:8443\/… \([0-9a-f]{8}\)$/);
  expect(auditedAddress('https://hooks.example:8443/services/T0/another')).not.toBe(hook);
  expect(auditedAddress('postgres://reader:planted@db.example:5432/shop')).toMatch(
    /^postgres:\/\/db\.example:5432\/… /,
  );
  expect(auditedAddress('planted, no address')).not.toContain('planted');
});
