/** Chooses what the page is: the playground, or what is wrong with the link. */
import './app.css';
import { Tooltip } from '@base-ui/react/tooltip';
import { LinkErrorPage } from './failure-pages/link-error-page.tsx';
import type { Playground } from './playground.ts';
import { ShareDialog } from './share-dialog/share-dialog.tsx';
import { Banners } from './shell/banners.tsx';
import { HelpDialog } from './shell/help-dialog.tsx';
import { NarrowLayout } from './shell/narrow-layout.tsx';
import { StatsStrip } from './shell/stats-strip.tsx';
import { TopBar } from './shell/top-bar.tsx';
import { WideLayout } from './shell/wide-layout.tsx';
import { StructureDialog } from './structure/structure-dialog.tsx';
import { TransportBar } from './transport/transport-bar.tsx';
import { NARROW, useMediaQuery } from './ui/use-media-query.ts';
import { PlaygroundContext, useIsSimulated, useRun, useView } from './use-playground.ts';

export function App({ playground }: { readonly playground: Playground }) {
  return (
    <PlaygroundContext value={playground}>
      <Tooltip.Provider delay={400}>
        <Page />
      </Tooltip.Provider>
    </PlaygroundContext>
  );
}

function Page() {
  const linkError = useRun((state) => state.linkError);
  return linkError === undefined ? <PlaygroundPage /> : <LinkErrorPage error={linkError} />;
}

function PlaygroundPage() {
  const dialog = useView((state) => state.dialog);
  const title = useRun((state) => state.scenario?.title);
  const isNarrow = useMediaQuery(NARROW);
  const isSimulated = useIsSimulated();
  return (
    <div className="app">
      <title>{title === undefined ? 'Playhouse' : `${title} · Playhouse`}</title>
      <TopBar />
      <StatsStrip />
      <Banners />
      <main className="app-main">{isNarrow ? <NarrowLayout /> : <WideLayout />}</main>
      {isSimulated && !isNarrow && <TransportBar />}
      {dialog === 'share' && <ShareDialog />}
      {dialog === 'help' && <HelpDialog />}
      {dialog === 'structure' && <StructureDialog />}
    </div>
  );
}
