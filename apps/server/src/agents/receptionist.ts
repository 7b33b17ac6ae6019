import { createReceptionist } from '@parley/agent-receptionist/receptionist.ts';
import { receptionistVocabulary } from '@parley/agent-receptionist/vocabulary.ts';
import type { CreateHostedAgents } from './agent-parts.ts';

export const createHostedReceptionist: CreateHostedAgents = async ({ bookings }) => ({
  receptionist: {
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
});
