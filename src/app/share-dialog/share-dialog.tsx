/** The link of what is on screen: what it carries, how far it gets, and buttons to copy it, save it and open another. */
import './share-dialog.css';
import { Check, Copy, Download, FolderOpen, TriangleAlert } from 'lucide-react';
import { type ChangeEvent, useRef, useState } from 'react';
import { type ErrorReport, remedyOf } from '../../kernel/errors.ts';
import { decodeFile, encodeFile } from '../../share/file.ts';
import { decodeRun } from '../../share/link.ts';
import type { SharedRun } from '../../share/shared-run.ts';
import type { Playground } from '../playground.ts';
import { asPlayhouseError } from '../stores/run-store.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { usePlayground, useRun } from '../use-playground.ts';
import { Carried } from './carried.tsx';
import { LengthMeter } from './length-meter.tsx';
import { openRunFile, RECORDING_FILE_EXTENSION, RUN_FILE_EXTENSION, saveRun } from './run-file.ts';

type CopyState = 'idle' | 'copied' | 'refused';

/** All of one moment: a run that goes on must not change under the hand of whoever copies its link. */
interface Snapshot {
  readonly shared: SharedRun | undefined;
  readonly link: string;
  readonly atMs: number;
  /** Why no reader would take the link. */
  readonly linkProblem: ErrorReport | undefined;
  /** Why no reader would take the file. */
  readonly fileProblem: ErrorReport | undefined;
}

export function ShareDialog() {
  const playground = usePlayground();
  const [{ shared, link, atMs, linkProblem, fileProblem }] = useState(() => snapshotOf(playground));
  const isSimulated = shared?.simulation !== undefined;
  const isReplay = useRun((state) => state.replayed !== undefined);
  return (
    <Dialog
      title="Share this run"
      description={
        isSimulated
          ? 'Whoever opens the link sees the same steps in the same order, on their own machine.'
          : 'Whoever opens the link starts the same scenario with the same choices, on their own machine.'
      }
      testId="share-dialog"
      onClose={() => playground.view.openDialog('none')}
    >
      <LinkRow link={link} isReadable={linkProblem === undefined} />
      <LengthMeter link={link} />
      {isReplay && (
        <p className="share-note" data-testid="share-recording">
          A recording is too large for a link: this one leads to its scenario. Save the recording as a file, from the
          bar above, to share what happened.
        </p>
      )}
      {linkProblem !== undefined && linkProblem.code !== 'link-too-long' && (
        <Problem text={`No page would read this link. ${linkProblem.message}`} />
      )}
      <FileRow shared={fileProblem === undefined ? shared : undefined} isOnlyWay={linkProblem !== undefined} />
      {fileProblem !== undefined && fileProblem.message !== linkProblem?.message && (
        <Problem text={`No page would read this run as a file. ${fileProblem.message}`} />
      )}
      {shared !== undefined && <Carried shared={shared} atMs={atMs} />}
    </Dialog>
  );
}

function snapshotOf(playground: Playground): Snapshot {
  const shared = playground.shared();
  const link = playground.link();
  const atMs = playground.read()?.atMs ?? 0;
  // Read back, because that is what others will do.
  const read = decodeRun(link.slice(link.indexOf('#')));
  const file = shared && decodeFile(encodeFile(shared));
  return {
    shared,
    link,
    atMs,
    linkProblem: read.ok ? undefined : read.error,
    fileProblem: file === undefined || file.ok ? undefined : file.error,
  };
}

function LinkRow({ link, isReadable }: { readonly link: string; readonly isReadable: boolean }) {
  const field = useRef<HTMLInputElement>(null);
  const [copy, setCopy] = useState<CopyState>('idle');

  async function copyLink(): Promise<void> {
    try {
      await navigator.clipboard.writeText(link);
      setCopy('copied');
    } catch {
      // Clipboard access may be refused; the selected text can still be copied by hand.
      field.current?.select();
      setCopy('refused');
    }
  }

  return (
    <>
      <div className="share-row">
        <input
          ref={field}
          className="share-link code"
          data-testid="share-link"
          aria-label="Link"
          readOnly
          disabled={!isReadable}
          value={link}
          onFocus={(event) => event.currentTarget.select()}
        />
        <Button
          kind={isReadable ? 'primary' : 'plain'}
          className="copy-button"
          data-testid="copy-link"
          disabled={!isReadable}
          onClick={() => void copyLink()}
        >
          {copy === 'copied' ? <Check size={15} aria-hidden /> : <Copy size={15} aria-hidden />}
          {copy === 'copied' ? 'Copied' : 'Copy link'}
        </Button>
      </div>
      <p className="share-note" role="status">
        {copy === 'refused'
          ? 'The browser refused the clipboard. The link is selected: copy it with Ctrl+C or ⌘C.'
          : 'Everything is after the #, which no server sees.'}
      </p>
    </>
  );
}

interface FileRowProps {
  /** Undefined where the run fits no file. */
  readonly shared: SharedRun | undefined;
  readonly isOnlyWay: boolean;
}

function FileRow({ shared, isOnlyWay }: FileRowProps) {
  const playground = usePlayground();
  const chooser = useRef<HTMLInputElement>(null);
  const [refusal, setRefusal] = useState<ErrorReport>();

  async function openFile({ currentTarget }: ChangeEvent<HTMLInputElement>): Promise<void> {
    const file = currentTarget.files?.[0];
    // So that the same file can be chosen again.
    currentTarget.value = '';
    if (file === undefined) return;
    setRefusal(undefined);
    try {
      await openRunFile(playground, file);
    } catch (thrown) {
      setRefusal(asPlayhouseError(thrown).report());
    }
  }

  return (
    <>
      <div className="file-row">
        <Button
          kind={isOnlyWay && shared !== undefined ? 'primary' : 'plain'}
          data-testid="save-file"
          disabled={shared === undefined}
          onClick={() => shared && saveRun(shared)}
        >
          <Download size={15} aria-hidden />
          Save as file
        </Button>
        <Button data-testid="open-file" onClick={() => chooser.current?.click()}>
          <FolderOpen size={15} aria-hidden />
          Open a file…
        </Button>
        <input
          ref={chooser}
          type="file"
          hidden
          data-testid="file-chooser"
          accept={`${RUN_FILE_EXTENSION},application/json,${RECORDING_FILE_EXTENSION}`}
          onChange={(event) => void openFile(event)}
        />
      </div>
      {refusal !== undefined && <Problem code={refusal.code} text={`${refusal.message} ${remedyOf(refusal.code)}`} />}
    </>
  );
}

function Problem({ text, code }: { readonly text: string; readonly code?: string }) {
  return (
    <p className="share-problem" role="alert" data-testid="share-problem" data-code={code}>
      <TriangleAlert size={15} aria-hidden />
      <span>{text}</span>
    </p>
  );
}
