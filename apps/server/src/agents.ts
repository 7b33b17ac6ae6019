import type { BookingBook } from '@parley/agent-receptionist/booking-book.ts';
import { createReceptionist } from '@parley/agent-receptionist/receptionist.ts';
import { receptionistVocabulary } from '@parley/agent-receptionist/vocabulary.ts';
import type { HostedAgent } from './conversations/hosted-agent.ts';

/** The agent that answers when nobody asked for another. */
export const defaultAgentId = 'receptionist';

/** The agents of this server, by id; a new one is one entry. */
export function createAgents(bookings: BookingBook): ReadonlyMap<string, HostedAgent> {
  return new Map([
    [
      defaultAgentId,
      {
        agent: createReceptionist({ bookings }),
        name: 'Front desk',
        vocabulary: receptionistVocabulary,
        description: 'Books, moves and cancels appointments at a hairdresser’s.',
        suggestions: [
          'I’d like to book a haircut for Friday at three',
          'What services do you offer?',
          'When are you open?',
        ],
        hasVoice: true,
      },
    ],
  ]);
}
