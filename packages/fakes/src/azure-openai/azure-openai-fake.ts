import { type FakeVendor, fakeKey } from '../fake-vendor.ts';
import { openaiVoiceNames } from '../openai/openai-fake.ts';
import { type ApiDialect, isOperation } from '../openai-api/api-dialect.ts';
import { createApiFake } from '../openai-api/api-fake.ts';
import { type ApiModel, openaiModels } from '../openai-api/api-models.ts';

/** Deployments have the names of their models, and one its own. */
const deployments: Readonly<Record<string, ApiModel | undefined>> = {
  ...openaiModels,
  'our-transcriber': openaiModels['gpt-4o-mini-transcribe'],
};

const error = (code: string, message: string) => ({ error: { code, message } });
const notFound = { status: 404, body: error('404', 'Resource not found') };

const dialect: ApiDialect = {
  name: 'azure-openai',
  read({ path, query, headers }) {
    if (headers['api-key'] !== fakeKey) {
      const message =
        'Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an active subscription and use a correct regional API endpoint for your resource.';
      return { status: 401, body: error('401', message) };
    }
    // The stable surface has neither version nor deployment in its address.
    if (path === '/openai/v1/realtime') {
      return query.has('api-version') ? notFound : { operation: 'realtime', deployment: undefined };
    }
    if (path === '/openai/v1/responses') return { operation: 'responses', deployment: undefined };
    if (!/^\d{4}-\d{2}-\d{2}(-preview)?$/.test(query.get('api-version') ?? '')) return notFound;
    const [, deployment, operation = ''] = /^\/openai\/deployments\/([^/]+)\/(.+)$/.exec(path) ?? [];
    if (deployment === undefined || !isOperation(operation) || operation === 'models' || operation === 'responses') {
      return notFound;
    }
    return { operation, deployment: decodeURIComponent(deployment) };
  },
  // Where the path has none, the body names it as its model.
  modelOf({ deployment }, named) {
    const name = deployment ?? named;
    return name !== undefined && Object.hasOwn(deployments, name) ? deployments[name] : undefined;
  },
  noModel: () => ({
    status: 404,
    body: error(
      'DeploymentNotFound',
      'The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, please wait a moment and try again.',
    ),
  }),
  refusal: (status) => error(String(status), `The fault asked for ${status}.`),
  environment: (url) => ({
    AZURE_OPENAI_API_KEY: fakeKey,
    AZURE_OPENAI_ENDPOINT: url,
    OPENAI_API_VERSION: '2025-04-01-preview',
  }),
};

/** A resource of Azure OpenAI: the same as OpenAI, by deployments. */
export const azureOpenaiFake: FakeVendor = createApiFake(dialect, { voices: openaiVoiceNames, rateHz: 24_000 });
