import { readFile } from 'node:fs/promises';
import { createHotel, type HotelOptions } from '@parley/agent-hotel/hotel-agent.ts';
import { type HotelHouse, hotelHouse } from '@parley/agent-hotel/hotel-house.ts';
import { createHotelModelAgent } from '@parley/agent-hotel/hotel-model-agent.ts';
import { apaleoProperty } from '@parley/agent-hotel/property/apaleo.ts';
import { cloudbedsProperty } from '@parley/agent-hotel/property/cloudbeds.ts';
import { mewsProperty } from '@parley/agent-hotel/property/mews.ts';
import type { PropertySystem } from '@parley/agent-hotel/property/property-system.ts';
import { z } from 'zod';
import type { Config } from '../config.ts';
import type { HostedAgent } from '../conversations/hosted-agent.ts';
import type { HotelSettings } from '../hotel-settings.ts';
import { StartError } from '../start-errors.ts';
import type { AgentParts } from './agent-parts.ts';
import { hostedFlowAgent } from './hosted-flow-agent.ts';
import { withoutFlows } from './without-flows.ts';

/**
 * The hotel over the configured property system; the sandbox ends with the server. And as a language model over the same rooms, where
 * one is configured.
 *
 * @throws StartError `config_invalid` when the file of the house cannot be read
 */
export async function createHostedHotel(parts: HotelParts): Promise<HostedHotel> {
  const { understanding, languageModel, clock, onError, own, handOff } = parts;
  const { property: given, house } = await worldOf(parts.config.hotel);
  const { property, close, ...built } = await createHotel({
    ...understanding,
    ...(handOff !== undefined && { handOff }),
    ...(given !== undefined && { property: given }),
    ...(house !== undefined && { house }),
    onError: (error) => onError(error, 'the hotel agent'),
  });
  own(close);
  const flows = hostedFlowAgent(built);
  if (languageModel === undefined) return { hotel: flows };
  const twin = await createHotelModelAgent(languageModel, {
    property,
    ...(house !== undefined && { house }),
    clock,
    onError,
    ...(handOff !== undefined && { handOff }),
  });
  return { hotel: flows, 'hotel-model': { ...withoutFlows(flows), agent: twin, name: `${flows.name} (AI)` } };
}

type HotelParts = Pick<AgentParts, 'understanding' | 'languageModel' | 'clock' | 'onError' | 'own'> & {
  readonly handOff?: AgentParts['handOff'];
  readonly config: Pick<Config, 'hotel'>;
};
type HostedHotel = Readonly<Record<string, HostedAgent>> & { readonly hotel: HostedAgent };
type RealHotel = Exclude<HotelSettings, { readonly kind: 'sandbox' }>;

async function worldOf(settings: HotelSettings): Promise<Pick<HotelOptions, 'property' | 'house'>> {
  if (settings.kind === 'sandbox') return {};
  const house = await readHouse(settings.HOTEL_HOUSE);
  return { house, property: connect(settings, house) };
}

function connect(settings: RealHotel, { information }: HotelHouse): PropertySystem {
  switch (settings.kind) {
    case 'apaleo':
      return apaleoProperty({
        clientId: settings.APALEO_CLIENT_ID,
        clientSecret: settings.APALEO_CLIENT_SECRET,
        propertyId: settings.APALEO_PROPERTY_ID,
        information,
      });
    case 'mews':
      return mewsProperty({
        clientToken: settings.MEWS_CLIENT_TOKEN,
        accessToken: settings.MEWS_ACCESS_TOKEN,
        client: mewsClientName,
        serviceId: settings.MEWS_SERVICE_ID,
        rateId: settings.MEWS_RATE_ID,
        adultAgeCategoryId: settings.MEWS_ADULT_AGE_CATEGORY_ID,
        childAgeCategoryId: settings.MEWS_CHILD_AGE_CATEGORY_ID,
        information,
      });
    case 'cloudbeds':
      return cloudbedsProperty({
        propertyId: settings.CLOUDBEDS_PROPERTY_ID,
        credentials: { type: 'api_key', apiKey: settings.CLOUDBEDS_API_KEY },
        currency: settings.CLOUDBEDS_CURRENCY,
        guestDefaults: {
          countryCode: settings.CLOUDBEDS_GUEST_COUNTRY,
          postalCode: settings.CLOUDBEDS_GUEST_POSTCODE,
          email: settings.CLOUDBEDS_GUEST_EMAIL,
        },
        information,
      });
  }
}

/** By which Mews knows who is calling. */
const mewsClientName = 'Parley 0.1.0';

async function readHouse(path: string): Promise<HotelHouse> {
  try {
    return hotelHouse.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    const reason =
      error instanceof z.ZodError
        ? `${error.issues[0]?.path.join('.') ?? 'it'}: ${error.issues[0]?.message ?? 'is wrong'}`
        : error instanceof Error
          ? error.message
          : String(error);
    throw new StartError(
      'config_invalid',
      `HOTEL_HOUSE ${path} cannot be read (${reason}). Correct it and start again.`,
    );
  }
}
