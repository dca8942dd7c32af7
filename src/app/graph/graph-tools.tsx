/** Zoom in, zoom out, show everything. */
import { useReactFlow } from '@xyflow/react';
import { Maximize, Minus, Plus } from 'lucide-react';
import { IconButton } from '../ui/button.tsx';

export const FIT = { padding: '20px', minZoom: 0.08, maxZoom: 1.15 } as const;

export function GraphTools() {
  const flow = useReactFlow();
  return (
    <div className="graph-tools">
      <IconButton label="Zoom out" data-testid="zoom-out" onClick={() => void flow.zoomOut()}>
        <Minus size={16} aria-hidden />
      </IconButton>
      <IconButton label="Zoom in" data-testid="zoom-in" onClick={() => void flow.zoomIn()}>
        <Plus size={16} aria-hidden />
      </IconButton>
      <IconButton label="Show everything" data-testid="zoom-fit" onClick={() => void flow.fitView(FIT)}>
        <Maximize size={15} aria-hidden />
      </IconButton>
    </div>
  );
}
