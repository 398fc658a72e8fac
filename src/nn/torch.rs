//! The same networks in libtorch: devices, and a forward pass over a flat parameter tensor with the layout of
//! [`ActorCritic::params`](super::ActorCritic).
use super::{Activation, Layer, Mlp};
use std::ffi::c_void;
use tch::{Device, Tensor};

/// Why libtorch cannot be used as asked.
#[derive(Debug, thiserror::Error)]
pub enum TorchError {
    /// No such device.
    #[error("unknown device {0:?}: use cpu, cuda or cuda:<number>")]
    UnknownDevice(String),
    /// The program itself needs only libtorch's CPU part; the rest is opened when a GPU is asked for.
    #[error(
        "device {device} needs libtorch with CUDA, but {library} cannot be opened ({reason}); install a CUDA build of the same libtorch version and put its lib folder on LD_LIBRARY_PATH, or use the device cpu"
    )]
    NoCudaLibrary {
        /// What was asked for.
        device: String,
        /// What is missing.
        library: String,
        /// What the loader said.
        reason: String,
    },
    /// Library found, hardware or driver not.
    #[error("device {device}: libtorch finds {found} CUDA devices on this machine")]
    NoCudaDevice {
        /// What was asked for.
        device: String,
        /// What there is.
        found: i64,
    },
    /// Its interface is not a promise.
    #[error(
        "this libtorch has no switch for TensorFloat-32 where it is looked for ({0}); leave train.tf32 out"
    )]
    NoTf32(String),
}

/// The libtorch device of a name: `cpu`, `cuda` (the first one) or `cuda:1`.
pub fn device(name: &str) -> Result<Device, TorchError> {
    let unknown = || TorchError::UnknownDevice(name.into());
    let index = match name.split_once(':') {
        None if name == "cpu" => return Ok(Device::Cpu),
        None if name == "cuda" => 0,
        Some(("cuda", number)) => number.parse::<usize>().map_err(|_| unknown())?,
        _ => return Err(unknown()),
    };
    open_cuda(name)?;
    let found = tch::Cuda::device_count();
    if index as i64 >= found || !tch::Cuda::is_available() {
        return Err(TorchError::NoCudaDevice { device: name.into(), found });
    }
    Ok(Device::Cuda(index))
}

/// Opens libtorch's CUDA part, which registers itself and stays open.
fn open_cuda(device: &str) -> Result<(), TorchError> {
    let library = libloading::library_filename("torch_cuda");
    // SAFETY: libtorch's own library, opened as its own loader opens it; its initialisers only register kernels.
    #[cfg(unix)]
    let opened = unsafe {
        use libloading::os::unix::{Library, RTLD_GLOBAL, RTLD_NOW};
        Library::open(Some(&library), RTLD_NOW | RTLD_GLOBAL)
    };
    // SAFETY: as above.
    #[cfg(not(unix))]
    let opened = unsafe { libloading::Library::new(&library) };
    match opened {
        // closing it would take the registered kernels away
        Ok(handle) => std::mem::forget(handle),
        Err(error) => {
            return Err(TorchError::NoCudaLibrary {
                device: device.into(),
                library: library.to_string_lossy().into_owned(),
                reason: error.to_string(),
            });
        }
    }
    Ok(())
}

type Context = extern "C" fn() -> *mut c_void;
type Allow = extern "C" fn(*mut c_void, bool);

/// libtorch's switch for TensorFloat-32 in products of matrices on GPUs, of the whole process. tch has no call for it.
pub struct Tf32 {
    library: libloading::Library,
}

impl Tf32 {
    const CONTEXT: &[u8] = b"_ZN2at13globalContextEv";
    const ALLOW: &[u8] = b"_ZN2at7Context18setAllowTF32CuBLASEb";

    /// Finds it in the library that this program runs with.
    ///
    /// # Errors
    /// When it is not there.
    pub fn find() -> Result<Self, TorchError> {
        let missing = |error: libloading::Error| TorchError::NoTf32(error.to_string());
        // SAFETY: the library is loaded already; this only counts one user more.
        let library = unsafe { libloading::Library::new(libloading::library_filename("torch_cpu")) };
        let found = Self { library: library.map_err(missing)? };
        found.functions().map_err(missing)?;
        Ok(found)
    }

    /// `at::globalContext()` and `at::Context::setAllowTF32CuBLAS(bool)`.
    fn functions(&self) -> Result<(Context, Allow), libloading::Error> {
        // SAFETY: the names say these signatures: a reference without arguments, and a method with a truth value.
        unsafe { Ok((*self.library.get(Self::CONTEXT)?, *self.library.get(Self::ALLOW)?)) }
    }

    /// Turns it on or off.
    pub fn allow(&self, on: bool) {
        if let Ok((context, allow)) = self.functions() {
            allow(context(), on);
        }
    }
}

/// Weights `[input, output]` and biases of every layer of the network whose parameters start at `base` of the flat tensor: views.
pub fn layers(shape: &Mlp, params: &Tensor, base: usize) -> Vec<(Tensor, Tensor)> {
    let view = |layer: &Layer| {
        let (inputs, outputs) = (layer.inputs as i64, layer.outputs as i64);
        let start = (base + layer.offset) as i64;
        let weights = params.narrow(0, start, inputs * outputs).view([inputs, outputs]);
        (weights, params.narrow(0, start + inputs * outputs, outputs))
    };
    shape.layers.iter().map(view).collect()
}

/// Output `[sample, output]` of a network with these [`layers`] for inputs `[sample, input]`.
pub fn forward(shape: &Mlp, layers: &[(Tensor, Tensor)], x: &Tensor) -> Tensor {
    let mut values = x.shallow_clone();
    for (l, (weights, bias)) in layers.iter().enumerate() {
        values = Tensor::addmm(bias, &values, weights);
        values = match shape.after(l) {
            None => values,
            Some(Activation::Elu) => values.elu(),
            Some(Activation::Relu) => values.relu(),
            Some(Activation::Tanh) => values.tanh(),
        };
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_switch_for_tf32_is_where_it_is_looked_for_and_the_processor_does_not_care() {
        let switch = Tf32::find().unwrap();
        let product = || {
            Tensor::arange(9, (tch::Kind::Float, Device::Cpu))
                .view([3, 3])
                .mm(&Tensor::ones([3, 3], (tch::Kind::Float, Device::Cpu)))
        };
        let before = product();
        switch.allow(true);
        assert_eq!(product(), before);
        switch.allow(false);
    }

    #[test]
    fn a_device_that_is_not_there_is_explained() {
        for name in ["tpu", "cuda:", "cuda:x", "CPU"] {
            let message = device(name).unwrap_err().to_string();
            assert!(message.contains(name) && message.contains("cuda:<number>"), "{message}");
        }
        assert_eq!(device("cpu").unwrap(), Device::Cpu);
        let message = device("cuda:99").unwrap_err().to_string();
        assert!(message.contains("cuda:99"), "{message}");
    }
}
