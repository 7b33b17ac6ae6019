import type { BookingBook } from '@parley/agent-receptionist/booking-book.ts';
import type { Config } from '../config.ts';
import type { HostedAgent } from '../conversations/hosted-agent.ts';

/** What the agents of a server are made of. */
export interface AgentParts {
  readonly config: Config;
  readonly bookings: BookingBook;
  readonly onError: (error: unknown, context: string) => void;
  /** Takes what must be closed at the end, also when a later agent cannot be made. */
  own(close: () => Promise<void> | void): void;
}

/** One agent or several, by the ids that conversations are opened with. */
export type CreateHostedAgents = (parts: AgentParts) => Promise<Readonly<Record<string, HostedAgent>>>;
