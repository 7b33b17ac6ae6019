import {
  createPrivacyErasure,
  createPrivacyExport,
  getPrivacyExportFile,
  getPrivacyRequest,
} from '@parley/contract/api/privacy-api.ts';
import { WireError } from '@parley/contract/errors.ts';
import { type HandledRoute, handle } from '../api/handle.ts';
import type { PrivacyRequests } from './privacy-requests.ts';
import type { StoredPrivacyRequest } from './privacy-requests-repository.ts';

/** What the law lets people ask for, for those who answer to them. */
export function privacyRoutes(requests: PrivacyRequests): HandledRoute[] {
  return [
    handle(createPrivacyExport, async ({ body }, context) =>
      toView(await requests.create(context, 'export', body.person)),
    ),
    handle(createPrivacyErasure, async ({ body }, context) => {
      if (body.confirm !== body.person) throw new WireError('erasure_not_confirmed');
      return toView(await requests.create(context, 'erasure', body.person));
    }),
    handle(getPrivacyRequest, async ({ params }, { organizationId }) =>
      toView(await requests.get(organizationId, params.request_id)),
    ),
    handle(getPrivacyExportFile, async ({ params }, context) => {
      const file = await requests.file(context, params.request_id);
      await context.http.reply
        .header('content-type', 'application/json; charset=utf-8')
        .header('content-disposition', `attachment; filename="export-${params.request_id}.json"`)
        .header('cache-control', 'no-store')
        .send(file);
      return undefined;
    }),
  ];
}

function toView(request: StoredPrivacyRequest) {
  return {
    request_id: request.requestId,
    kind: request.kind,
    status: request.status,
    figures: request.figures,
    created_at: request.createdAt.toISOString(),
    finished_at: request.finishedAt?.toISOString() ?? null,
    expires_at: request.expiresAt?.toISOString() ?? null,
  };
}
