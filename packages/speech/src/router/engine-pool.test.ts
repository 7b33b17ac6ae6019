import { createScriptedEngine, works } from '@parley/engine/fallback/testing/scripted-engine.ts';
import { createScriptedVoice, speaksAll } from '@parley/engine/fallback/testing/scripted-voice.ts';
import { createVirtualClock } from '@parley/engine/simulation/virtual-clock.ts';
import { describe, expect, it } from 'vitest';
import { guardAccount } from '../provider/guarded-account.ts';
import { createEnginePool } from './engine-pool.ts';
import { speechRouterDefaults } from './router-options.ts';
import { createScriptedEngines } from './testing/scripted-engines.ts';

const clock = createVirtualClock();
const planned = { id: 'own', choice: { name: 'own' }, provider: 'own' };

function createPool(maxEngines: number, accounts: object = {}) {
  const closed: string[] = [];
  const engines = createScriptedEngines({
    recognizers: { own: () => createScriptedEngine(clock, 'own', () => works) },
    voices: {
      own: (_choice, account) => ({
        ...createScriptedVoice(clock, 'own', () => speaksAll(1)),
        close: async () => void closed.push(JSON.stringify(account)),
      }),
    },
  });
  const pool = createEnginePool({
    engines,
    context: { clock, onError: () => {} },
    options: { ...speechRouterDefaults, maxEngines },
    server: { ids: new Set(['own']), accounts: { ...accounts } },
  });
  const voiceOf = (account: object) => pool.voice(planned, { accounts: { own: account } });
  return { pool, closed, voiceOf, engines };
}

describe('the pool of engines', () => {
  it('has one for each account, whatever object it comes in, and tells a tenant’s from the server’s', () => {
    const { voiceOf } = createPool(10, { own: { url: 'http://localhost' } });
    const servers = voiceOf({ url: 'http://localhost' });
    expect(voiceOf({ url: 'http://localhost' })).toBe(servers);
    expect(servers.isKept).toBe(true);
    // The same address entered by a tenant must not lead to an engine that connects anywhere.
    const tenants = voiceOf(guardAccount({ url: 'http://localhost' }, () => {}));
    expect(tenants).not.toBe(servers);
    expect(tenants.isKept).toBe(false);
    expect(servers.key).not.toContain('localhost');
  });

  it('closes what nobody uses before it makes one too many, and refuses when all are in use', async () => {
    const { voiceOf, closed, pool } = createPool(2);
    const first = voiceOf({ key: 'a' });
    first.part();
    const release = voiceOf({ key: 'b' }).use();
    first.use()();
    const third = voiceOf({ key: 'c' });
    await clock.advance(1);
    expect(closed).toEqual(['{"key":"a"}']);
    third.use();
    expect(() => voiceOf({ key: 'd' })).toThrow(expect.objectContaining({ code: 'too_many_engines' }));
    release();
    expect(voiceOf({ key: 'd' }).inUse).toBe(0);
    // One that was pushed out and is used all the same is closed in the end.
    first.part();
    await pool.close();
    expect(closed).toEqual(['{"key":"a"}', '{"key":"a"}']);
    expect(() => third.part()).toThrow(expect.objectContaining({ code: 'router_closed' }));
  });
});
