/** What can be done to what, as `resource:verb`: the one table of permissions. */
export const permissions = {
  'conversations:read': 'Read conversations, their turns and what came of them.',
  'conversations:write': 'Open conversations, speak in them, end them.',
  'conversations:annotate': 'Correct what was understood, rate, take notes.',
  'conversations:answer': 'Take over conversations as a person.',
  'recordings:read': 'Listen to recordings.',
  'recordings:write': 'Delete recordings.',
  'phone_numbers:read': 'See telephone numbers and who answers at them.',
  'phone_numbers:write': 'Say who answers at telephone numbers.',
  'calls:read': 'See telephone calls, with who called whom.',
  'calls:write': 'Call people, end calls.',
  'call_events:write': 'Tell what happens to calls: for media servers.',
  'flows:read': 'See flows, their drafts and versions.',
  'flows:write': 'Draw flows: make, change and archive drafts.',
  'flows:publish': 'Publish versions, shift traffic, roll back.',
  'nlu:read': 'Ask what a text means.',
  'integrations:read': 'See outside systems, without their credentials.',
  'integrations:write': 'Connect outside systems and change their credentials.',
  'providers:read': 'See which engines listen, speak and think, and whose accounts they use.',
  'providers:write': "Set the organization's own accounts with providers.",
  'speech:synthesize': 'Have texts spoken.',
  'speech:transcribe': 'Have sound written down, and ask in which language a text is.',
  'webhooks:read': 'See webhooks and their deliveries.',
  'webhooks:write': 'Register webhooks, replay deliveries.',
  'users:read': 'See who is in the organization.',
  'users:write': 'Invite people, change their roles, disable them.',
  'api_keys:read': 'See which API keys exist.',
  'api_keys:write': 'Make and revoke API keys.',
  'organization:read': "See the organization's settings.",
  'organization:write': "Change the organization's settings.",
  'audit:read': 'Read the audit log.',
  'privacy:export': "Export a person's data.",
  'privacy:erase': "Erase a person's data.",
  'metrics:read': 'Read metrics.',
} as const satisfies Record<string, string>;

export type Permission = keyof typeof permissions;

export const roles = ['admin', 'developer', 'analyst', 'viewer', 'agent'] as const;
export type Role = (typeof roles)[number];

const everyPermission = Object.keys(permissions).filter(isPermission);

const look: readonly Permission[] = ['conversations:read', 'flows:read', 'nlu:read', 'organization:read'];

/** What each role may. */
export const rolePermissions: Readonly<Record<Role, readonly Permission[]>> = {
  admin: everyPermission,
  developer: [
    ...look,
    'conversations:write',
    'conversations:annotate',
    'phone_numbers:read',
    'phone_numbers:write',
    'calls:read',
    'calls:write',
    'flows:write',
    'flows:publish',
    'integrations:read',
    'integrations:write',
    'providers:read',
    'providers:write',
    'speech:synthesize',
    'speech:transcribe',
    'webhooks:read',
    'webhooks:write',
    'metrics:read',
  ],
  analyst: [...look, 'conversations:annotate', 'recordings:read', 'calls:read', 'metrics:read'],
  viewer: look,
  agent: ['conversations:read', 'conversations:write', 'conversations:answer', 'recordings:read', 'calls:read'],
};

export function isPermission(name: string): name is Permission {
  return Object.hasOwn(permissions, name);
}
