import { createSystemClock } from '@parley/engine/driver/system-clock.ts';
import type { Brain } from '@parley/fakes/brain.ts';
import type { FakeVendor, RunningFake } from '@parley/fakes/fake-vendor.ts';
import { withFault } from '@parley/fakes/faults.ts';
import { fakes } from '@parley/fakes/registry.ts';
import { z } from 'zod';
import { accountsOf, listEngines, providerSettings } from '../../registry.ts';
import type { SpeechRouterOptions } from '../router-options.ts';
import { createSpeechRouter } from '../speech-router.ts';

/** Each vendor that has such an engine, and another one that stands in for it. */
export function pairs(kind: 'recognizer' | 'synthesizer') {
  const able = fakes.filter((fake) => engineOf(kind, fake) !== undefined);
  return able.map((vendor, index) => {
    const other = able[(index + 1) % able.length] ?? vendor;
    return { name: vendor.name, vendor, other };
  });
}

/** A conversation by the engines of two vendors' fakes, the first of which does wrong. */
export async function openTalk(talk: {
  readonly vendor: FakeVendor;
  readonly other: FakeVendor;
  /** Of the first one, where its address can say it: see `takesFaults`. */
  readonly fault: string;
  readonly brain: Brain;
  readonly options?: SpeechRouterOptions;
}) {
  const { vendor, other, fault, brain, options } = talk;
  const first = await vendor.start({ port: 0, brain });
  const second = await other.start({ port: 0, brain });
  const broken = Object.entries(first.environment).map(([name, value]) => [
    name,
    takesFaults(first) ? value.replace(first.url, withFault(first.url, fault)) : value,
  ]);
  const environment = { ...second.environment, ...Object.fromEntries(broken) };
  const accounts = accountsOf(z.object(providerSettings).partial().parse(environment));
  const named = (kind: 'recognizer' | 'synthesizer') =>
    [vendor, other].map((fake) => engineOf(kind, fake) ?? 'scripted');
  const router = createSpeechRouter({
    clock: createSystemClock(),
    onError: () => {},
    server: { recognizers: named('recognizer'), voices: named('synthesizer'), accounts },
    isPersonal: () => false,
    ...(options !== undefined && { options }),
  });
  const used: string[] = [];
  const plan = router.plan({}, 'en-US', accounts);
  const scope = { organizationId: 'o', conversationId: 'c', agentId: 'a', accounts, plan };
  const parts = router.forConversation({ ...scope, onUsage: ({ engine }) => void used.push(engine) });
  return {
    ...parts,
    /** Engines that heard or spoke, in order. */
    used,
    first,
    close: async () => {
      await router.close();
      await second.close();
      await first.close();
    },
  };
}

/** Addresses of gRPC have no path for them. */
export function takesFaults({ url }: RunningFake): boolean {
  return /^https?:/.test(url);
}

function engineOf(kind: 'recognizer' | 'synthesizer', { name }: FakeVendor): string | undefined {
  return listEngines(kind).find(({ provider }) => provider.name === name)?.name;
}
