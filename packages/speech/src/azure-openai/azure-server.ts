import { type ApiServer, toWebSocket, withoutSlash } from '../openai-api/api-server.ts';
import type { EngineContext } from '../provider/provider.ts';

export interface AzureAccount {
  readonly apiKey: string;
  /** The resource: `https://my-resource.openai.azure.com`. */
  readonly endpoint: string;
  /** Of the paths with deployments. */
  readonly apiVersion: string;
}

/** A resource of Azure OpenAI, where a model is a deployment and named in the path [probe: AzureOpenAI of openai 7.55]. */
export function createAzureServer(
  { apiKey, endpoint, apiVersion }: AzureAccount,
  { lookup, clock }: Pick<EngineContext, 'lookup' | 'clock'>,
): ApiServer {
  const base = azureBaseUrl(endpoint);
  const headers = { 'api-key': apiKey };
  return {
    title: 'Azure OpenAI',
    request: (path, deployment) => ({
      url: `${base}/deployments/${encodeURIComponent(deployment)}/${path}?api-version=${encodeURIComponent(apiVersion)}`,
      headers,
      lookup,
      clock,
    }),
    // The stable Realtime API is without version and deployment in its address; the preview with both ended on 30 April 2026
    // [openai-node, pull request 1974]. The deployment is named in the session's update [docs].
    transcriptionSocket: { url: `${toWebSocket(base)}/v1/realtime?intent=transcription`, headers, lookup, clock },
  };
}

/** Where the API begins at a resource. People have addresses with more of the path, since the SDKs want them so. */
export function azureBaseUrl(endpoint: string): string {
  return `${withoutSlash(endpoint).replace(/\/openai(\/v1)?$/, '')}/openai`;
}
