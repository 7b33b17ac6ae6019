import { z } from 'zod';
import { conversationIdSchema } from '../ids.ts';
import { recordingSchema } from '../recordings.ts';
import { nextCursorSchema, pageQuerySchema } from './paging.ts';
import { defineRoute } from './route.ts';

const tag = 'Recordings';
const recordingParams = z.object({ recording_id: z.uuid() });
const conversationParams = z.object({ conversation_id: conversationIdSchema });

export const listRecordings = defineRoute({
  id: 'list_recordings',
  method: 'GET',
  path: '/v1/recordings',
  tag,
  summary: 'Recordings, newest first',
  description: 'Those that were deleted are not listed.',
  access: { kind: 'permission', permission: 'recordings:read' },
  input: z.object({
    query: pageQuerySchema.extend({
      conversation_id: conversationIdSchema.optional().meta({ description: 'Only those of this conversation.' }),
    }),
  }),
  reply: { status: 200, schema: z.object({ recordings: z.array(recordingSchema), next_cursor: nextCursorSchema }) },
});

export const getRecording = defineRoute({
  id: 'get_recording',
  method: 'GET',
  path: '/v1/recordings/{recording_id}',
  tag,
  summary: 'What is known of a recording',
  access: { kind: 'permission', permission: 'recordings:read' },
  input: z.object({ params: recordingParams }),
  reply: { status: 200, schema: recordingSchema },
  errors: ['recording_not_found'],
});

export const getRecordingAudio = defineRoute({
  id: 'get_recording_audio',
  method: 'GET',
  path: '/v1/recordings/{recording_id}/audio',
  tag,
  summary: 'The sound of a recording',
  description:
    'A WAV file of 16 bits at 16 kHz: the caller on the left, the agent on the right, or one of them alone. Takes `Range` (one ' +
    'range of bytes) and `If-Range`, so that players can jump. One that is still being made can be heard as far as it is. Who ' +
    'listened is written in the audit log.',
  access: { kind: 'permission', permission: 'recordings:read' },
  input: z.object({
    params: recordingParams,
    query: z.object({
      channel: z.enum(['both', 'caller', 'agent', 'mix']).default('both').meta({
        description: '`both` is stereo; `mix` is both in one channel.',
      }),
    }),
  }),
  reply: { status: 200, mediaType: 'audio/wav' },
  errors: ['recording_not_found', 'range_not_satisfiable', 'recording_unavailable'],
});

export const deleteRecording = defineRoute({
  id: 'delete_recording',
  method: 'DELETE',
  path: '/v1/recordings/{recording_id}',
  tag,
  summary: 'Delete a recording',
  description:
    'Its key is destroyed first, so that nobody can listen to any copy of it from then on; then its files are removed. A call that ' +
    'is still being recorded is not recorded further.',
  access: { kind: 'permission', permission: 'recordings:write' },
  input: z.object({ params: recordingParams }),
  reply: { status: 204 },
  errors: ['recording_not_found'],
});

const pausedSchema = z.object({
  recording_id: z.uuid(),
  is_paused: z.boolean().meta({
    description: 'Still true after it was resumed while the caller is being asked for a secret.',
  }),
});

export const pauseRecording = defineRoute({
  id: 'pause_recording',
  method: 'POST',
  path: '/v1/conversations/{conversation_id}/recording/pause',
  tag,
  summary: 'Pause the recording of a live call',
  description:
    'From now on both sides are silent in the recording, until it is resumed. While an agent asks for a secret it pauses by itself.',
  access: { kind: 'conversation', permission: 'conversations:write' },
  input: z.object({ params: conversationParams }),
  reply: { status: 200, schema: pausedSchema },
  errors: ['conversation_not_found', 'recording_not_live'],
});

export const resumeRecording = defineRoute({
  id: 'resume_recording',
  method: 'POST',
  path: '/v1/conversations/{conversation_id}/recording/resume',
  tag,
  summary: 'Go on with a paused recording',
  access: { kind: 'permission', permission: 'conversations:write' },
  input: z.object({ params: conversationParams }),
  reply: { status: 200, schema: pausedSchema },
  errors: ['conversation_not_found', 'recording_not_live'],
});
