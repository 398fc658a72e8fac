//! Asks for a graphics driver before Bevy does, because Bevy panics when there is none.
use bevy::tasks::block_on;

/// Who would draw.
pub(super) struct Adapter {
    /// Its name.
    pub name: String,
    /// The processor draws: there is no graphics card.
    pub is_software: bool,
}

/// The adapter that would draw, or an error that says what to install.
pub(super) fn describe() -> anyhow::Result<Adapter> {
    let mut descriptor = wgpu::InstanceDescriptor::new_without_display_handle();
    descriptor.backends = wgpu::Backends::from_env().unwrap_or(wgpu::Backends::PRIMARY);
    let instance = wgpu::Instance::new(descriptor);
    let options = wgpu::RequestAdapterOptions::default();
    match block_on(instance.request_adapter(&options)) {
        Ok(adapter) => {
            let info = adapter.get_info();
            Ok(Adapter { name: info.name, is_software: info.device_type == wgpu::DeviceType::Cpu })
        }
        Err(error) => anyhow::bail!(
            "drawing needs a Vulkan driver, and none was found; a software one serves as well \
             (on Debian and Ubuntu: `apt install mesa-vulkan-drivers`): {error}"
        ),
    }
}

/// Name of the adapter that would draw.
pub(super) fn require() -> anyhow::Result<String> {
    describe().map(|adapter| adapter.name)
}
