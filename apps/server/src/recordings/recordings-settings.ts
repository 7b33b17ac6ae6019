import { resolve } from 'node:path';
import { z } from 'zod';

/** Where recordings are kept, and how long. */
export interface RecordingsSettings {
  readonly store: RecordingStoreSettings;
  /** Null: until they are deleted. Organizations may say otherwise. */
  readonly retentionDays: number | null;
}

export type RecordingStoreSettings =
  /** Sound stays in memory; nothing is ever written. */
  | { readonly kind: 'off' }
  /** Undefined: in the data folder. Else absolute. */
  | { readonly kind: 'disk'; readonly folder: string | undefined }
  | ({ readonly kind: 's3' } & S3Settings)
  | ({ readonly kind: 'azure' } & AzureSettings);

export interface S3Settings {
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** The bucket stands in the path rather than in front of the host. */
  readonly isPathStyle: boolean;
}

export interface AzureSettings {
  readonly account: string;
  /** Base64. */
  readonly accountKey: string;
  readonly container: string;
  readonly endpoint: string;
}

const stores = ['off', 'disk', 's3', 'azure'] as const;
const address = z.url({ protocol: /^https?$/, error: 'must be an address that begins with http:// or https://' });

export const recordingsSettingsShape = {
  // What is recorded is decided by agents and organizations, and none that ships says so: with this nothing is recorded until asked.
  RECORDINGS: z
    .enum(stores, { error: `must be one of ${stores.join(', ')}` })
    .default('disk')
    .meta({
      description:
        'Where the sound of recorded calls is kept: disk, s3 or azure. With off, no sound is ever written anywhere, whatever agents and organizations ask for.',
    }),
  RECORDINGS_DIR: z.string().optional().meta({
    description: 'The folder for recordings on a disk; `recordings` in DATA_DIR when left out.',
    example: '/var/lib/parley/recordings',
  }),
  // A quarter: long enough to settle a complaint, and not for ever.
  RECORDINGS_RETENTION_DAYS: z
    .string()
    .trim()
    .regex(/^([1-9]\d{0,3}|never)$/, 'must be a number of days from 1 to 9999, or never')
    .default('90')
    .meta({ description: 'Days until a recording is deleted, or never; organizations may say otherwise.' }),
  S3_ENDPOINT: address.optional().meta({
    description: 'The S3 server for RECORDINGS=s3.',
    example: 'https://s3.eu-west-1.amazonaws.com',
  }),
  S3_BUCKET: z
    .string()
    .trim()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be the name of a bucket')
    .optional()
    .meta({ description: 'The bucket for recordings.', example: 'parley-recordings' }),
  // What servers that know no regions take.
  S3_REGION: z.string().trim().default('us-east-1').meta({ description: 'The region of the bucket.' }),
  S3_ACCESS_KEY_ID: z.string().trim().optional().meta({ description: 'May get, put, list and delete in the bucket.' }),
  S3_SECRET_ACCESS_KEY: z.string().trim().optional().meta({ description: 'The secret of that key.', isSecret: true }),
  // Every S3 takes it; the other form needs a name in the DNS for each bucket.
  S3_PATH_STYLE: z.enum(['true', 'false'], { error: 'must be true or false' }).default('true').meta({
    description: 'Whether the bucket stands in the path of addresses rather than in front of the host.',
  }),
  AZURE_STORAGE_ACCOUNT: z
    .string()
    .trim()
    .regex(/^[a-z0-9]{3,24}$/, 'must be the name of a storage account')
    .optional()
    .meta({ description: 'The storage account for RECORDINGS=azure.', example: 'parleyrecordings' }),
  AZURE_STORAGE_KEY: z
    .base64({ error: 'must be the key of the account, in base64' })
    .optional()
    .meta({ description: 'The key of that account.', isSecret: true }),
  AZURE_STORAGE_CONTAINER: z
    .string()
    .trim()
    .regex(/^[a-z0-9][a-z0-9-]{2,62}$/, 'must be the name of a container')
    .optional()
    .meta({ description: 'The container for recordings.', example: 'recordings' }),
  AZURE_STORAGE_ENDPOINT: address.optional().meta({
    description: 'The address of the blob service when it is not that of the account in the public cloud.',
    example: 'https://parleyrecordings.blob.core.windows.net',
  }),
};

const shape = z.object(recordingsSettingsShape);

const whole = shape.transform((settings, context): RecordingsSettings => {
  const need = <Name extends keyof typeof settings>(name: Name) => {
    const value = settings[name];
    if (value !== undefined) return value;
    context.addIssue({
      code: 'custom',
      path: [name],
      message: `must be set for RECORDINGS=${settings.RECORDINGS}`,
    });
    return z.NEVER;
  };
  const days = settings.RECORDINGS_RETENTION_DAYS;
  const retentionDays = days === 'never' ? null : Number(days);
  switch (settings.RECORDINGS) {
    case 'off':
      return { store: { kind: 'off' }, retentionDays };
    case 'disk': {
      const { RECORDINGS_DIR: folder } = settings;
      return { store: { kind: 'disk', folder: folder === undefined ? undefined : resolve(folder) }, retentionDays };
    }
    case 's3':
      return {
        store: {
          kind: 's3',
          endpoint: need('S3_ENDPOINT'),
          bucket: need('S3_BUCKET'),
          region: settings.S3_REGION,
          accessKeyId: need('S3_ACCESS_KEY_ID'),
          secretAccessKey: need('S3_SECRET_ACCESS_KEY'),
          isPathStyle: settings.S3_PATH_STYLE === 'true',
        },
        retentionDays,
      };
    case 'azure': {
      const account = need('AZURE_STORAGE_ACCOUNT');
      return {
        store: {
          kind: 'azure',
          account,
          accountKey: need('AZURE_STORAGE_KEY'),
          container: need('AZURE_STORAGE_CONTAINER'),
          endpoint: settings.AZURE_STORAGE_ENDPOINT ?? `https://${account}.blob.core.windows.net`,
        },
        retentionDays,
      };
    }
  }
});

/** This part of the configuration; an issue's path begins with the name of the setting that is missing. */
export function recordingsSettingsOf(
  settings: Readonly<Record<string, string | undefined>>,
): z.ZodSafeParseResult<RecordingsSettings> {
  return whole.safeParse(settings);
}
