import { estateOf } from '/work/main/packages/platform/src/facts/estate.ts';
import { collectManifests } from '/work/main/packages/platform/src/connectors/kubernetes/files.ts';
import { deriveGraph } from '/work/main/packages/platform/src/graph/derive-graph.ts';
import { edgeRules } from '/work/main/packages/platform/src/graph/edges/index.ts';
import { nodeRules } from '/work/main/packages/platform/src/graph/nodes/index.ts';
import { kubehoundEdgeLines } from '/work/main/packages/platform/src/graph/convention/kubehound.ts';
import { edgeLines } from '/work/main/packages/platform/src/graph/exports.ts';
const facts=[]; const gaps=[];
for await (const c of collectManifests({kind:'path', path: process.argv[2]} as any, new AbortController().signal)) { if ('fact' in c) facts.push(c.fact); else gaps.push(c.gap); }
console.error(facts.length, gaps.length, gaps.slice(0,3));
const estate=estateOf(facts,gaps);
const conv=process.argv[3]==='k';
const t=Date.now();
const g=deriveGraph(estate,nodeRules,edgeRules,conv?{convention:'kubehound'}:{});
console.error(edgeRules.length,'rules',g.nodeCount,'nodes',Date.now()-t,'ms');
for (const l of (conv?kubehoundEdgeLines(g):edgeLines(g))) console.log(l.type, l.from.id.replace('kubernetes:',''), ...(l.with??[]).map(x=>'+ '+x.id.replace('kubernetes:','')), '->', l.to.id.replace('kubernetes:',''));
const bare=g.nodes.filter((n,i)=>!g.isHub(i)&&n.facts.length===0); console.error('bare', bare.slice(0,10).map(n=>n.id));
