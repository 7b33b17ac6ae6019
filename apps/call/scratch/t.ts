import { dial } from '@parley/channels/webrtc/dial.ts';
import { createEmbeddedSynthesizer } from '@parley/speech/embedded/embedded-synthesizer.ts';
import { startServerProcess } from '@parley/server/testing/server-process.ts';
const server = await startServerProcess({env:{LOG_LEVEL:'info'}});
console.log('ready', server.readyMs, await server.rssMb());
const synth = createEmbeddedSynthesizer();
const speak = (text: string) => new Promise<Int16Array>((resolve, reject) => { const parts: Int16Array[]=[]; synth.synthesize({text, language:'en-US', voice:'rms', tone:'neutral', signal: new AbortController().signal},{audio:(s)=>parts.push(s as Int16Array),words(){},done(){resolve(Int16Array.from(parts.flatMap(p=>[...p])))},failed:(c,m)=>reject(new Error(c+m))});});
const opened = await (await fetch(server.url+'/v1/conversations',{method:'POST',headers:{'content-type':'application/json'},body:JSON.stringify({channel_type:'voice'})})).json() as any;
let state='?'; let t0=performance.now();
const call = await dial({
  exchange: async (sdp, signal) => { const r = await fetch(`${server.url}/v1/conversations/${opened.conversation_id}/webrtc`,{method:'POST',signal,headers:{'content-type':'application/json',authorization:`Bearer ${opened.token}`},body:JSON.stringify({sdp})}); const j=await r.json() as any; if(!r.ok) throw new Error(JSON.stringify(j)); return j.sdp; },
  onAudio(){}, onMessage(m:any){ if(m.type==='state') state=m.data.state; console.log(((performance.now()-t0)/1000).toFixed(2), m.type, m.type==='turn_recorded'? JSON.stringify({w:m.data.turn.waterfall,i:m.data.turn.nlu?.intent}): JSON.stringify(m.data).slice(0,160)); },
  onClosed(r){console.log('closed',r)}, signal: new AbortController().signal });
const queue: Int16Array[]=[]; let next=performance.now(); let pos=0; let cur: Int16Array|undefined;
const timer=setInterval(()=>{ while(next<=performance.now()){ const f=new Int16Array(320); if(!cur) {cur=queue.shift();pos=0;} if(cur){ f.set(cur.subarray(pos,pos+320)); pos+=320; if(pos>=cur.length) cur=undefined;} call.send(f); next+=20; } },5);
const waitState=async()=>{ let ok=0; const end=Date.now()+20000; while(Date.now()<end){ await new Promise(r=>setTimeout(r,50)); if(state==='waiting'&&!cur&&!queue.length) ok++; else ok=0; if(ok>12||state==='ended') return; } console.log('timeout waiting',state); };
await waitState();
for (const s of process.argv.slice(2)) { console.log('>>',s); queue.push(await speak(s)); await new Promise(r=>setTimeout(r,500)); await waitState(); }
console.log('rss', await server.rssMb());
const rec = await (await fetch(`${server.url}/v1/conversations/${opened.conversation_id}`,{headers:{authorization:`Bearer ${opened.token}`}})).json() as any;
console.log(JSON.stringify(rec.bookings), rec.turns.map((t:any)=>[t.user?.text,t.user?.confidence]));
clearInterval(timer); call.close(); await server.stop(); process.exit(0);
