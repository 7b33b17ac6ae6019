import { AgentAudio } from '@parley/react/agent-audio.tsx';
import { ConversationView } from '@parley/react/conversation-view.tsx';
import { NoticeBanner } from '@parley/react/notice-banner.tsx';
import { useConversation } from '@parley/react/use-conversation.ts';
import { type ReactNode, useEffect, useState } from 'react';
import { addressWithAgent } from './agent-choice.ts';
import { AgentPicker } from './agent-picker.tsx';
import { CallersPanel } from './callers/callers-panel.tsx';
import { Composer } from './composer.tsx';
import { Header } from './header.tsx';
import { RecordPanel } from './record-panel.tsx';
import { SpeechPanel } from './speech/speech-panel.tsx';
import { Stage } from './stage.tsx';
import { Summary } from './summary.tsx';
import { type OfferedAgent, useAgents } from './use-agents.ts';
import { Welcome } from './welcome.tsx';

/** An info is read and gone; what needs doing stays until it is done. */
const INFO_NOTICE_MS = 4_000;

interface AppProps {
  readonly baseUrl: string;
  readonly operatorKey: string | undefined;
  /** As the address had it when the page was opened. */
  readonly agentId: string | undefined;
}

export function App(props: AppProps): ReactNode {
  const agents = useAgents(props.baseUrl);
  const [agentId, setAgentId] = useState(props.agentId);
  const chosen = agents.find(({ id }) => id === agentId) ?? agents.find(({ is_default }) => is_default);
  const choose = (id: string) => {
    window.history.replaceState(null, '', addressWithAgent(window.location.href, id));
    setAgentId(id);
  };
  // Another agent is another conversation.
  return (
    <Desk
      key={agentId ?? ''}
      {...props}
      agentId={agentId}
      agent={chosen}
      picker={<AgentPicker agents={agents} chosen={chosen} onChoose={choose} />}
    />
  );
}

function Desk(props: AppProps & { readonly agent: OfferedAgent | undefined; readonly picker: ReactNode }): ReactNode {
  const { snapshot, captions, client } = useConversation({
    baseUrl: props.baseUrl,
    ...(props.agentId === undefined ? {} : { agentId: props.agentId }),
  });
  const [isRecordOpen, setRecordOpen] = useState(false);
  const [isCallersOpen, setCallersOpen] = useState(false);
  const [isSpeechOpen, setSpeechOpen] = useState(false);
  const isLive = snapshot.connection === 'connected' || snapshot.connection === 'reconnecting';
  const isEmpty = captions.length === 0 && snapshot.connection !== 'ended';
  const agentName = snapshot.agent?.name ?? 'Agent';

  useEffect(() => {
    const info = snapshot.notices.find((notice) => notice.severity === 'info');
    if (info === undefined) return;
    const timer = setTimeout(() => client.dismissNotice(info.code), INFO_NOTICE_MS);
    return () => clearTimeout(timer);
  }, [snapshot.notices, client]);

  useEffect(() => {
    if (!isLive) return;
    const onKeyDown = (event: KeyboardEvent): void => {
      // In a field Escape belongs to the field; a call must not end by a slip while typing.
      const isInField =
        event.target instanceof HTMLElement && event.target.closest('input, textarea, select, dialog') !== null;
      if (event.key === 'Escape' && !event.repeat && !isInField) client.hangUp();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [isLive, client]);

  return (
    <div className="app" data-phase={isEmpty ? 'welcome' : 'conversation'}>
      <Header
        snapshot={snapshot}
        onCallers={props.operatorKey === undefined ? undefined : () => setCallersOpen(true)}
        onSpeech={props.operatorKey === undefined ? undefined : () => setSpeechOpen(true)}
        onRecord={props.operatorKey === undefined ? undefined : () => setRecordOpen(true)}
      />
      <main>
        <Stage snapshot={snapshot} client={client} isEmpty={isEmpty} />
        <div className="panel">
          <div className="notices">
            {snapshot.notices.map((notice) => (
              <NoticeBanner
                key={notice.code}
                notice={notice}
                onRetry={client.retry}
                onDismiss={() => client.dismissNotice(notice.code)}
              />
            ))}
          </div>
          {isEmpty ? (
            <Welcome
              agentName={snapshot.agent?.name}
              agent={props.agent}
              picker={isLive ? null : props.picker}
              isLive={isLive}
              onChoose={client.sendText}
            />
          ) : (
            <ConversationView
              captions={captions}
              turns={snapshot.transcript.turns}
              agentName={agentName}
              isHeard={snapshot.medium === 'voice'}
            >
              {snapshot.connection === 'ended' && (
                <Summary snapshot={snapshot} captions={captions} agentName={agentName} onStartOver={client.startOver} />
              )}
            </ConversationView>
          )}
          <Composer
            isEnded={snapshot.connection === 'ended'}
            conversationId={snapshot.conversationId}
            onSend={client.sendText}
          />
        </div>
      </main>
      <AgentAudio stream={snapshot.agentStream} />
      {props.operatorKey !== undefined && (
        <>
          <CallersPanel
            baseUrl={props.baseUrl}
            operatorKey={props.operatorKey}
            isOpen={isCallersOpen}
            onClose={() => setCallersOpen(false)}
          />
          <SpeechPanel
            baseUrl={props.baseUrl}
            operatorKey={props.operatorKey}
            isOpen={isSpeechOpen}
            onClose={() => setSpeechOpen(false)}
          />
          <RecordPanel
            baseUrl={props.baseUrl}
            operatorKey={props.operatorKey}
            isOpen={isRecordOpen}
            onClose={() => setRecordOpen(false)}
          />
        </>
      )}
    </div>
  );
}
