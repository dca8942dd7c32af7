/** What the person looks at: graph, panel, selection, theme, open dialog. Only the theme outlives the page. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import {
  DEFAULT_VIEW,
  type GraphKind,
  type LowerName,
  type PanelName,
  type SharedView,
} from '../../share/shared-run.ts';
import { remembered } from '../remembered.ts';

export type ThemeChoice = 'system' | 'dark' | 'light';
export type Theme = 'dark' | 'light';
export type DialogName = 'none' | 'share' | 'help' | 'structure';

export interface ViewState {
  readonly graph: GraphKind;
  readonly panel: PanelName;
  readonly lower: LowerName;
  readonly selected: string | undefined;
  readonly themeChoice: ThemeChoice;
  /** The choice, with the system's preference put in. */
  readonly theme: Theme;
  readonly dialog: DialogName;
  /** An actor that something under the pointer is about. */
  readonly pointedAt: string | undefined;
  /** Whether the menu of what a simulated run can be run until is open. */
  readonly isRunUntilOpen: boolean;
}

export interface ViewStore {
  readonly store: StoreApi<ViewState>;
  showGraph(graph: GraphKind): void;
  showPanel(panel: PanelName): void;
  showLower(lower: LowerName): void;
  pointAt(path: string | undefined): void;
  openRunUntil(isOpen: boolean): void;
  select(path: string | undefined): void;
  chooseTheme(choice: ThemeChoice): void;
  openDialog(dialog: DialogName): void;
  /** Takes over the view of a link. */
  apply(view: SharedView): void;
  /** The part of the view that a link carries. */
  shared(): SharedView;
}

/** Also read by index.html before the first paint. */
const THEME_KEY = 'playhouse.theme';

export function createViewStore(): ViewStore {
  const systemDark = window.matchMedia('(prefers-color-scheme: dark)');
  const resolve = (choice: ThemeChoice): Theme =>
    choice === 'system' ? (systemDark.matches ? 'dark' : 'light') : choice;
  const atFirst = readTheme();
  const store = createStore<ViewState>(() => ({
    ...DEFAULT_VIEW,
    selected: undefined,
    themeChoice: atFirst,
    theme: resolve(atFirst),
    dialog: 'none',
    pointedAt: undefined,
    isRunUntilOpen: false,
  }));

  function applyTheme(): void {
    const theme = resolve(store.getState().themeChoice);
    document.documentElement.dataset['theme'] = theme;
    store.setState({ theme });
  }
  systemDark.addEventListener('change', applyTheme);
  applyTheme();

  return {
    store,
    showGraph: (graph) => store.setState({ graph }),
    showPanel: (panel) => store.setState({ panel }),
    showLower: (lower) => store.setState({ lower }),
    pointAt: (pointedAt) => store.setState({ pointedAt }),
    openRunUntil: (isRunUntilOpen) => store.setState({ isRunUntilOpen }),
    select: (selected) => store.setState({ selected }),
    chooseTheme(themeChoice) {
      store.setState({ themeChoice });
      remembered.setItem(THEME_KEY, themeChoice);
      applyTheme();
    },
    openDialog: (dialog) => store.setState({ dialog }),
    apply({ graph, panel, lower, selected }) {
      store.setState({ graph, panel, lower, selected, dialog: 'none', pointedAt: undefined, isRunUntilOpen: false });
    },
    shared() {
      const { graph, panel, lower, selected } = store.getState();
      return selected === undefined ? { graph, panel, lower } : { graph, panel, lower, selected };
    },
  };
}

function readTheme(): ThemeChoice {
  const stored = remembered.getItem(THEME_KEY);
  return stored === 'dark' || stored === 'light' ? stored : 'system';
}
