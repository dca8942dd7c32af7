/** How long a link is, against the lengths at which programs cut links. */
import { LINK_LIMITS } from '../../share/shared-run.ts';
import { formatCount } from '../ui/format.ts';
import { placeOf, type Reach, reachOf } from './link-length.ts';

const { everywhereLengthMax, mailLengthMax, fragmentLengthMax } = LINK_LIMITS;

const MEANING: Readonly<Record<Reach, string>> = {
  everywhere: 'Fits everywhere.',
  most: 'Some chat programs may cut it.',
  paste: 'Only for copying and pasting: chat, mail and some servers cut it.',
  none: 'Too long for a link: save the run as a file.',
};

export function LengthMeter({ link }: { readonly link: string }) {
  const reach = reachOf(link);
  return (
    <div className="length-meter" data-reach={reach} data-testid="link-length">
      <p className="length-text">
        <span className="number">{formatCount(link.length)} characters.</span> <strong>{MEANING[reach]}</strong>
      </p>
      <div className="length-bar" aria-hidden>
        <div className="length-fill" style={{ inlineSize: percent(link.length) }} />
        {[everywhereLengthMax, mailLengthMax].map((line) => (
          <div key={line} className="length-line" style={{ insetInlineStart: percent(line) }} />
        ))}
      </div>
      <div className="length-scale number" aria-hidden>
        {[everywhereLengthMax, mailLengthMax, fragmentLengthMax].map((line) => (
          <span key={line} style={{ insetInlineStart: percent(line) }}>
            {formatCount(line)}
          </span>
        ))}
      </div>
    </div>
  );
}

function percent(length: number): string {
  return `${placeOf(length) * 100}%`;
}
