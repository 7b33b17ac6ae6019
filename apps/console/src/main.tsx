// First: the page is served under a policy that forbids eval.
import '@parley/react/strict-csp.ts';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { agentInAddress } from './agent-choice.ts';
import { App } from './app.tsx';
import { takeOperatorKey } from './operator-key.ts';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');

// Before anything else: the key must not stay in the address bar.
const operatorKey = takeOperatorKey(window);
// Relative to the page, so that it works behind a path of a proxy as well.
const baseUrl = new URL('.', window.location.href).href.replace(/\/$/, '');

createRoot(root).render(
  <StrictMode>
    <App baseUrl={baseUrl} operatorKey={operatorKey} agentId={agentInAddress(window.location.search)} />
  </StrictMode>,
);
