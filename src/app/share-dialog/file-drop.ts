/** A file that is dropped anywhere on the page is opened as a run. */
import './file-drop.css';
import type { Playground } from '../playground.ts';
import { asPlayhouseError } from '../stores/run-store.ts';
import { openRunFile } from './run-file.ts';

/** Returns what disconnects it. */
export function connectFileDrop(playground: Playground): () => void {
  const { run, view } = playground;
  const page = document.documentElement;

  function onDragOver(event: DragEvent): void {
    if (event.dataTransfer === null || !event.dataTransfer.types.includes('Files')) return;
    // Otherwise the browser would leave the page and show the file.
    event.preventDefault();
    event.dataTransfer.dropEffect = 'copy';
    page.dataset['fileOver'] = '';
  }

  function onDragLeave(event: DragEvent): void {
    // Leaving one element for another is not leaving the page.
    if (event.relatedTarget === null) delete page.dataset['fileOver'];
  }

  function onDrop(event: DragEvent): void {
    delete page.dataset['fileOver'];
    const file = event.dataTransfer?.files[0];
    if (file === undefined) return;
    event.preventDefault();
    openRunFile(playground, file).catch(refuse);
  }

  function refuse(thrown: unknown): void {
    // In front of whoever dropped it: on the page, or on the page about a broken link where that is all there is.
    if (run.store.getState().linkError !== undefined) {
      run.refuseLink(asPlayhouseError(thrown).report()).catch(() => {});
      return;
    }
    view.openDialog('none');
    run.showRefusal(thrown);
  }

  window.addEventListener('dragover', onDragOver);
  window.addEventListener('dragleave', onDragLeave);
  window.addEventListener('drop', onDrop);
  return () => {
    window.removeEventListener('dragover', onDragOver);
    window.removeEventListener('dragleave', onDragLeave);
    window.removeEventListener('drop', onDrop);
    delete page.dataset['fileOver'];
  };
}
