//! Where panels are: a tree of tiles around the three-dimensional view. Zones are what stands to the left of the view,
//! to its right, and above or below it, wherever a person dragged panels to. Tiles beside the view keep their size in
//! points while the window's size changes; the view takes the rest.
use super::names;
use crate::lab::command::{Panel, Zone};
use bevy::prelude::Resource;
use bevy_egui::egui::{Vec2, vec2};
use egui_tiles::{Container, LinearDir, SimplificationOptions, Tile, TileId, Tiles, Tree};

/// Width of the left zone at first, points.
const LEFT: f32 = 280.0;
/// Width of the right zone at first, points.
const RIGHT: f32 = 360.0;
/// Height of the bottom zone at first, points.
const BOTTOM: f32 = 280.0;
/// The view keeps at least this width and height, points.
const LEAST_VIEW: Vec2 = vec2(300.0, 160.0);
/// A zone is never narrower than this, points.
const LEAST_ZONE: f32 = 120.0;
/// In windows that are narrower than this the left zone is folded at first, points.
pub(super) const WIDE: f32 = 1500.0;
/// Thickness of the lines between tiles, points.
pub(super) const GAP: f32 = 1.0;

/// Tidies up after panels were dragged away.
pub(super) const TIDY: SimplificationOptions = SimplificationOptions {
    prune_empty_tabs: true,
    prune_empty_containers: true,
    prune_single_child_tabs: false,
    prune_single_child_containers: true,
    all_panes_must_have_tabs: false,
    join_nested_linear_containers: true,
    flatten_tabs_in_tabs: true,
};

/// The panels of the window.
#[derive(Resource, Clone, Debug, PartialEq)]
pub(super) struct Dock {
    /// All panels, each exactly once; closed ones are invisible.
    pub tree: Tree<Panel>,
    /// How many groups of plots stand side by side: 1 to 3.
    pub groups: usize,
    /// A person changed it; it then stays as it is when the window's width changes.
    pub touched: bool,
}

impl Default for Dock {
    fn default() -> Self {
        Self::new(1)
    }
}

impl Dock {
    /// As at first.
    pub fn new(groups: usize) -> Self {
        use Panel::*;
        let mut tiles = Tiles::default();
        let left = {
            let both = [tabs(&mut tiles, &[Runs]), tabs(&mut tiles, &[Robot])];
            linear(&mut tiles, LinearDir::Vertical, &both, &[0.45, 0.55])
        };
        let bottom = {
            let groups: &[(&[Panel], f32)] = match groups {
                1 => &[(
                    &[Curves, Tracking, Gait, Joints, TorqueSpeed, RewardTerms, Failures, Sweep, Timeline],
                    1.0,
                )],
                2 => &[
                    (&[Curves, RewardTerms, Failures, Sweep, Timeline], 1.0),
                    (&[Tracking, Gait, Joints, TorqueSpeed], 1.0),
                ],
                _ => &[
                    (&[Curves, Failures, Sweep, Timeline], 1.05),
                    (&[Tracking, Joints, TorqueSpeed], 1.25),
                    (&[Gait, RewardTerms], 0.7),
                ],
            };
            let shares: Vec<f32> = groups.iter().map(|(_, share)| *share).collect();
            let groups: Vec<TileId> = groups.iter().map(|(panels, _)| tabs(&mut tiles, panels)).collect();
            match groups[..] {
                [only] => only,
                _ => linear(&mut tiles, LinearDir::Horizontal, &groups, &shares),
            }
        };
        let view = tiles.insert_pane(View);
        let middle = linear(&mut tiles, LinearDir::Vertical, &[view, bottom], &[400.0, BOTTOM]);
        let right = {
            let knobs = tabs(&mut tiles, &[Rewards, Commands, Randomise, Terrain, Learner]);
            let rest = tabs(&mut tiles, &[Changes, Training, Physics, Recorder, Export]);
            linear(&mut tiles, LinearDir::Vertical, &[knobs, rest], &[0.62, 0.38])
        };
        let root = linear(&mut tiles, LinearDir::Horizontal, &[left, middle, right], &[LEFT, 800.0, RIGHT]);
        Self { tree: Tree::new("dock", root, tiles), groups, touched: false }
    }

    /// Takes the arrangement for this width, unless a person made another.
    pub fn suit(&mut self, width: f32) {
        let groups = groups(width);
        if !self.touched && groups != self.groups {
            *self = Self::new(groups);
        }
    }

    /// Whether every panel is there exactly once and can be found; a file of another version may hold anything.
    pub fn is_sound(&self) -> bool {
        let mut found = vec![];
        let sound = self.tree.root().is_some_and(|root| self.collect(root, &mut found, 0));
        found.sort();
        let mut all = Panel::ALL.to_vec();
        all.sort();
        sound && found == all
    }

    fn collect(&self, id: TileId, found: &mut Vec<Panel>, depth: usize) -> bool {
        match self.tree.tiles.get(id) {
            Some(Tile::Pane(panel)) => found.push(*panel),
            Some(Tile::Container(container)) if depth < 16 => {
                return container.children().all(|child| self.collect(*child, found, depth + 1));
            }
            _ => return false,
        }
        found.len() <= Panel::ALL.len()
    }

    fn tile(&self, panel: Panel) -> Option<TileId> {
        self.tree.tiles.find_pane(&panel)
    }

    /// Whether a panel is not closed.
    pub fn is_open(&self, panel: Panel) -> bool {
        self.tile(panel).is_some_and(|id| self.tree.tiles.is_visible(id))
    }

    /// Opens a panel and brings it to the front of its tabs.
    pub fn show(&mut self, panel: Panel) {
        if let Some(id) = self.tile(panel) {
            self.touched |= !self.tree.tiles.is_visible(id);
            self.tree.set_visible(id, true);
            self.tree.make_active(|other, _| other == id);
        }
    }

    /// Closes a panel; the view stays.
    pub fn close(&mut self, panel: Panel) {
        if let Some(id) = self.tile(panel).filter(|_| panel != Panel::View) {
            self.touched = true;
            self.tree.set_visible(id, false);
        }
    }

    /// The zone in which a panel is now.
    pub fn zone(&self, panel: Panel) -> Option<Zone> {
        let id = self.tile(panel)?;
        self.sides().into_iter().find(|(tile, _)| self.holds(*tile, id)).map(|(_, zone)| zone)
    }

    fn holds(&self, tile: TileId, wanted: TileId) -> bool {
        tile == wanted
            || self
                .tree
                .tiles
                .get_container(tile)
                .is_some_and(|c| c.children().any(|child| self.holds(*child, wanted)))
    }

    /// Containers from the root to the view, each with its child on that way.
    fn way_to_view(&self) -> Vec<(TileId, TileId)> {
        let (Some(view), Some(mut at)) = (self.tile(Panel::View), self.tree.root()) else { return vec![] };
        let mut way = vec![];
        while let Some(container) = self.tree.tiles.get_container(at) {
            let Some(next) = container.children().copied().find(|child| self.holds(*child, view)) else {
                break;
            };
            way.push((at, next));
            at = next;
        }
        way
    }

    /// What stands beside the view.
    fn sides(&self) -> Vec<(TileId, Zone)> {
        let mut sides = vec![];
        for (at, next) in self.way_to_view() {
            let Some(Container::Linear(linear)) = self.tree.tiles.get_container(at) else { continue };
            let mut before = true;
            for child in &linear.children {
                if *child == next {
                    before = false;
                } else {
                    let zone = match linear.dir {
                        LinearDir::Vertical => Zone::Bottom,
                        LinearDir::Horizontal if before => Zone::Left,
                        LinearDir::Horizontal => Zone::Right,
                    };
                    sides.push((*child, zone));
                }
            }
        }
        sides
    }

    /// Makes the tree ready to be drawn in an area: folded zones hidden, sizes in points, a tab on every panel.
    pub fn arrange(&mut self, area: Vec2, is_open: impl Fn(Zone) -> bool) {
        self.tree.simplify(&TIDY);
        self.give_tabs();
        let containers: Vec<TileId> =
            self.tree.tiles.iter().filter(|(_, tile)| tile.is_container()).map(|(id, _)| *id).collect();
        containers.into_iter().for_each(|id| self.tree.set_visible(id, true));
        for (tile, zone) in self.sides() {
            self.tree.set_visible(tile, is_open(zone));
        }
        let mut room = area;
        for (at, next) in self.way_to_view() {
            self.keep_sizes(at, next, &mut room);
        }
    }

    /// A panel without tabs could not be dragged away again.
    fn give_tabs(&mut self) {
        let bare: Vec<(TileId, TileId)> = self
            .tree
            .tiles
            .iter()
            .filter_map(|(id, tile)| match tile {
                Tile::Container(Container::Linear(linear)) => Some((*id, linear)),
                _ => None,
            })
            .flat_map(|(id, linear)| linear.children.iter().map(move |child| (id, *child)))
            .filter(|(_, child)| self.tree.tiles.get_pane(child).is_some_and(|p| *p != Panel::View))
            .collect();
        for (parent, pane) in bare {
            let tabs = self.tree.tiles.insert_tab_tile(vec![pane]);
            if let Some(Tile::Container(container)) = self.tree.tiles.get_mut(parent) {
                let _ = container.replace_child(pane, tabs);
            }
        }
    }

    /// Shares of a container on the way to the view are points; the view gets what the others leave of `room`.
    fn keep_sizes(&mut self, at: TileId, next: TileId, room: &mut Vec2) {
        let tiles = &self.tree.tiles;
        let Some(Container::Linear(linear)) = tiles.get_container(at) else { return };
        let axis = usize::from(linear.dir == LinearDir::Vertical);
        let others: Vec<TileId> = linear
            .children
            .iter()
            .copied()
            .filter(|c| *c != next && tiles.is_visible_in_layout(*c))
            .collect();
        let usual = if axis == 0 { LEFT } else { BOTTOM };
        let size = |id: TileId| {
            let share = linear.shares[id];
            if share < LEAST_ZONE / 2.0 { usual } else { share.max(LEAST_ZONE) }
        };
        let mut sizes: Vec<f32> = others.iter().map(|id| size(*id)).collect();
        let free = room[axis] - GAP * others.len() as f32;
        let wanted: f32 = sizes.iter().sum();
        let most = (free - LEAST_VIEW[axis]).max(free * 0.5);
        if wanted > most {
            sizes.iter_mut().for_each(|s| *s *= most / wanted);
        }
        let rest = (free - sizes.iter().sum::<f32>()).max(1.0);
        if let Some(Tile::Container(Container::Linear(linear))) = self.tree.tiles.get_mut(at) {
            others.iter().zip(&sizes).for_each(|(id, size)| linear.shares.set_share(*id, *size));
            linear.shares.set_share(next, rest);
        }
        room[axis] = rest;
    }

    /// A panel that was dropped onto the view would hide it; false if so.
    pub fn view_is_free(&self) -> bool {
        self.way_to_view()
            .iter()
            .all(|(at, _)| matches!(self.tree.tiles.get_container(*at), Some(Container::Linear(_))))
    }

    /// The zone a closed or folded panel belongs to, for opening it.
    pub fn home(&self, panel: Panel) -> Option<Zone> {
        self.zone(panel).or(names::home(panel))
    }
}

/// How many groups of plots a window of this width shows side by side.
pub(super) fn groups(width: f32) -> usize {
    match width {
        w if w < 1400.0 => 1,
        w if w < 1800.0 => 2,
        _ => 3,
    }
}

fn tabs(tiles: &mut Tiles<Panel>, panels: &[Panel]) -> TileId {
    let panes = panels.iter().map(|panel| tiles.insert_pane(*panel)).collect();
    tiles.insert_tab_tile(panes)
}

/// Tiles beside each other or one above the other, with their shares.
pub(super) fn linear(
    tiles: &mut Tiles<Panel>,
    dir: LinearDir,
    children: &[TileId],
    shares: &[f32],
) -> TileId {
    let mut linear = egui_tiles::Linear::new(dir, children.to_vec());
    children.iter().zip(shares).for_each(|(child, share)| linear.shares.set_share(*child, *share));
    tiles.insert_container(linear)
}
