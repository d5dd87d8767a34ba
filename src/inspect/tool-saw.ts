import type { Finding } from '../kernel/finding.ts';
import type { ToolClass } from './classify/classify.ts';
import { found } from './found.ts';
import type { Leaf } from './walk.ts';

const ENCODED = /^[A-Za-z0-9+/=_-]{512,}$/;

/** What the tool and its values say together: packages published, source maps shipped, encoded bulk leaving (INSPECT-13). */
export function toolSaw(tool: ToolClass, leaves: readonly Leaf[]): Finding[] {
  const out: Finding[] = [];
  const ships = tool.operations.includes('deploy') || tool.words.includes('upload') || tool.words.includes('publish');
  if (tool.categories.includes('supply-chain') && tool.operations.includes('deploy')) {
    out.push(
      found({
        detector: 'supply-chain',
        code: 'PACKAGE_PUBLISH',
        risk: 'HIGH',
        category: 'supply-chain',
        operation: 'deploy',
        pointer: '/~name',
        text: tool.words.join(' '),
      }),
    );
  }
  const leaves_ = tool.categories.includes('network') || tool.categories.includes('communication');
  for (const leaf of leaves) {
    if (typeof leaf.value !== 'string' || leaf.isKey) continue;
    if (ships && /\.(?:js|css|mjs|cjs)\.map$/i.test(leaf.value)) {
      out.push(
        found({ detector: 'supply-chain', code: 'SOURCE_MAP_LEAK', risk: 'HIGH', category: 'supply-chain', pointer: leaf.pointer, text: leaf.value }),
      );
    }
    if (leaves_ && leaf.value.length >= 512 && ENCODED.test(leaf.value)) {
      const big = leaf.value.length >= 16_384;
      out.push(
        found({
          detector: 'exfiltration',
          code: 'EXFILTRATION_ENCODED',
          risk: big ? 'HIGH' : 'MEDIUM',
          category: 'network',
          operation: 'send',
          pointer: leaf.pointer,
          text: leaf.value,
          confidence: 0.6,
        }),
      );
    }
  }
  return out;
}
