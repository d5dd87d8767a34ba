import { useState } from 'react';
import type { ReactNode } from 'react';
import { Refusal } from '../parts/tags.tsx';
import { get } from '../state/ask.ts';
import { Short } from '../text/shown.tsx';
import { isIncluded, leafHash } from './verify.ts';
import type { InclusionProof } from './verify.ts';

interface Checked {
  readonly proof: InclusionProof;
  readonly leaf: string;
  readonly holds: boolean;
}

/** Where its newest decision stands in the log, and the proof of it, computed here from the entry's own bytes. */
export function Receipt({ index }: { readonly index: number }): ReactNode {
  const [checked, setChecked] = useState<Checked | null>(null);
  const [error, setError] = useState<unknown>(null);
  const canHash = 'subtle' in crypto;
  const verify = async (): Promise<void> => {
    setError(null);
    try {
      const proof = await get<InclusionProof>(`/v1/log/proof/inclusion?index=${String(index)}`);
      setChecked({ proof, leaf: await leafHash(proof.entry), holds: proof.index === index && (await isIncluded(proof)) });
    } catch (failed) {
      setError(failed);
    }
  };
  return (
    <section className="panel pad">
      <div className="head">
        <h3>Receipt</h3>
        <span className="right">
          {checked === null ? (
            <button
              type="button"
              disabled={!canHash}
              title={canHash ? '' : 'A browser computes hashes over HTTPS or on this machine only'}
              onClick={() => void verify()}
            >
              Verify in this browser
            </button>
          ) : (
            <span className={`tag ${checked.holds ? 'allow' : 'deny'}`} role="status">
              {checked.holds ? 'inclusion verified in this browser' : 'the proof does not hold'}
            </span>
          )}
        </span>
      </div>
      <Proved index={index} checked={checked} />
      {checked?.holds === true ? (
        <p className="fine faint">
          It shows that the log this daemon tells of holds this entry. That the root is the signed one is checked by <code>aegis log verify</code>.
        </p>
      ) : null}
      {canHash ? null : (
        <p className="quiet">
          This page came over plain HTTP, where a browser computes no hashes. Verify with <code>aegis log verify</code>.
        </p>
      )}
      {error === null ? null : <Refusal error={error} />}
    </section>
  );
}

function Proved({ index, checked }: { readonly index: number; readonly checked: Checked | null }): ReactNode {
  return (
    <dl>
      <div>
        <dt>Entry</dt>
        <dd className="mono">#{index}</dd>
      </div>
      {checked === null ? null : (
        <>
          <div>
            <dt>Leaf</dt>
            <dd>
              sha256 <Short text={checked.leaf} ends={8} />
            </dd>
          </div>
          <div>
            <dt>Proof</dt>
            <dd>
              {checked.proof.proof.length} hashes to root <Short text={checked.proof.root} /> of {checked.proof.size} entries
            </dd>
          </div>
        </>
      )}
    </dl>
  );
}
