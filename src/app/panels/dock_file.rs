//! The dock as it is written down: what stands in what, how large, and what is closed.
use super::dock::{Dock, linear};
use crate::lab::command::Panel;
use egui_tiles::{Container, LinearDir, Tile, TileId, Tiles, Tree};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Deeper than any person nests panels; a file that does is broken.
const DEEPEST: usize = 12;

/// A tile with everything in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum SavedTile {
    /// A panel and whether it is open.
    Panel(Panel, bool),
    /// Tabs and which of them is in front.
    Tabs(Vec<SavedTile>, usize),
    /// Beside each other, each with its width.
    Row(Vec<(SavedTile, f32)>),
    /// One above the other, each with its height.
    Column(Vec<(SavedTile, f32)>),
}

/// A dock.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct SavedDock {
    tiles: SavedTile,
    groups: usize,
    touched: bool,
}

impl Serialize for Dock {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        SavedDock::from(self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Dock {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        SavedDock::deserialize(deserializer)?.try_into().map_err(D::Error::custom)
    }
}

impl From<&Dock> for SavedDock {
    fn from(dock: &Dock) -> Self {
        let tiles = dock.tree.root().and_then(|root| save(&dock.tree, root, 0));
        let tiles = tiles.unwrap_or_else(|| SavedTile::Tabs(vec![], 0));
        Self { tiles, groups: dock.groups, touched: dock.touched }
    }
}

fn save(tree: &Tree<Panel>, id: TileId, depth: usize) -> Option<SavedTile> {
    let children = |ids: &[TileId]| -> Vec<(TileId, SavedTile)> {
        ids.iter().filter_map(|child| Some((*child, save(tree, *child, depth + 1)?))).collect()
    };
    Some(match tree.tiles.get(id).filter(|_| depth < DEEPEST)? {
        Tile::Pane(panel) => SavedTile::Panel(*panel, tree.is_visible(id)),
        Tile::Container(Container::Tabs(tabs)) => {
            let children = children(&tabs.children);
            let front = children.iter().position(|(id, _)| tabs.is_active(*id)).unwrap_or(0);
            SavedTile::Tabs(children.into_iter().map(|(_, tile)| tile).collect(), front)
        }
        Tile::Container(Container::Linear(linear)) => {
            let sized = children(&linear.children).into_iter().map(|(id, tile)| (tile, linear.shares[id]));
            match linear.dir {
                LinearDir::Horizontal => SavedTile::Row(sized.collect()),
                LinearDir::Vertical => SavedTile::Column(sized.collect()),
            }
        }
        Tile::Container(grid) => {
            SavedTile::Tabs(children(&grid.children_vec()).into_iter().map(|(_, tile)| tile).collect(), 0)
        }
    })
}

impl TryFrom<SavedDock> for Dock {
    type Error = String;

    fn try_from(saved: SavedDock) -> Result<Self, String> {
        let mut tiles = Tiles::default();
        let mut closed = vec![];
        let root = load(&mut tiles, &mut closed, saved.tiles, 0)?;
        let mut tree = Tree::new("dock", root, tiles);
        closed.into_iter().for_each(|id| tree.set_visible(id, false));
        let dock = Self { tree, groups: saved.groups, touched: saved.touched };
        if dock.is_sound() { Ok(dock) } else { Err("panels are missing in it".into()) }
    }
}

fn load(
    tiles: &mut Tiles<Panel>,
    closed: &mut Vec<TileId>,
    saved: SavedTile,
    depth: usize,
) -> Result<TileId, String> {
    if depth >= DEEPEST {
        return Err("panels are nested too deeply in it".into());
    }
    let mut all = |children: Vec<SavedTile>| -> Result<Vec<TileId>, String> {
        children.into_iter().map(|child| load(tiles, closed, child, depth + 1)).collect()
    };
    match saved {
        SavedTile::Panel(panel, is_open) => {
            let id = tiles.insert_pane(panel);
            closed.extend((!is_open).then_some(id));
            Ok(id)
        }
        SavedTile::Tabs(children, front) => {
            let children = all(children)?;
            let front = children.get(front).copied();
            let id = tiles.insert_tab_tile(children);
            if let (Some(Tile::Container(Container::Tabs(tabs))), Some(front)) = (tiles.get_mut(id), front) {
                tabs.set_active(front);
            }
            Ok(id)
        }
        SavedTile::Row(children) | SavedTile::Column(children)
            if children.iter().any(|(_, size)| !size.is_finite() || *size < 0.0) =>
        {
            Err("a size in it is no number".into())
        }
        SavedTile::Row(children) => {
            let (children, sizes): (Vec<_>, Vec<_>) = children.into_iter().unzip();
            let children = all(children)?;
            Ok(linear(tiles, LinearDir::Horizontal, &children, &sizes))
        }
        SavedTile::Column(children) => {
            let (children, sizes): (Vec<_>, Vec<_>) = children.into_iter().unzip();
            let children = all(children)?;
            Ok(linear(tiles, LinearDir::Vertical, &children, &sizes))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dock_is_written_down_and_read_again() {
        for groups in 1..=3 {
            let mut dock = Dock::new(groups);
            dock.close(Panel::Failures);
            dock.show(Panel::Timeline);
            let text = ron::to_string(&SavedDock::from(&dock)).unwrap();
            let again = Dock::try_from(ron::from_str::<SavedDock>(&text).unwrap()).unwrap();
            assert!(!again.is_open(Panel::Failures) && again.is_open(Panel::Timeline));
            assert_eq!(SavedDock::from(&again), SavedDock::from(&dock));
        }
    }

    #[test]
    fn nonsense_is_refused() {
        let panel = || SavedTile::Panel(Panel::View, true);
        let deep = (0..40).fold(panel(), |inner, _| SavedTile::Row(vec![(inner, 1.0)]));
        let odd = SavedTile::Row(vec![(panel(), f32::NAN)]);
        for tiles in [deep, odd, panel(), SavedTile::Tabs(vec![], 3)] {
            assert!(Dock::try_from(SavedDock { tiles, groups: 1, touched: true }).is_err());
        }
    }
}
