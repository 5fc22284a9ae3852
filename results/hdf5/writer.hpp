// Writes the netCDF-4 data model (named dimension scales, columns, attributes) through the HDF5 C library.
//
// The file is built in memory and handed out as bytes. A disk that fills up is then an ordinary failed write(2): the
// library itself may notice it only when it closes a file, and cannot close it any more after that.
#pragma once

#include "results/hdf5/handle.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace scribeline::results::hdf5 {

// What each dataset tells about itself.
struct About {
    std::string units; // "1", "byte", "ps", "cycle", ...
    std::string long_name;
};

// Meaning of the codes of a coded column (CF conventions).
struct Flags {
    std::vector<std::uint8_t> values;
    std::string               meanings; // as many words as values
};
Flags flags(std::vector<std::string> const& meanings); // coded 0, 1, 2, ...

// Identifier of the library's type for T: the numbers that columns hold.
template <class T> Id type_of();
template <> Id        type_of<std::uint8_t>();
template <> Id        type_of<std::uint16_t>();
template <> Id        type_of<std::uint32_t>();
template <> Id        type_of<std::int32_t>();
template <> Id        type_of<std::uint64_t>();
template <> Id        type_of<float>();
template <> Id        type_of<double>();

class Object {
  public:
    explicit Object(Handle handle) : handle_{std::move(handle)} {}
    Id id() const { return handle_.id(); }

    Object& attribute(char const* name, std::string const& text);
    Object& attribute(char const* name, char const* text) { return attribute(name, std::string{text}); }
    template <class T> Object& attribute(char const* name, T number)
    {
        return attribute(name, type_of<T>(), 0, &number);
    }
    template <class T> Object& attribute(char const* name, std::vector<T> const& numbers)
    {
        return attribute(name, type_of<T>(), numbers.size(), numbers.data());
    }
    Object& attribute(char const* name, std::vector<std::string> const& texts);
    Object& attribute(About const& about);
    Object& attribute(Flags const& meaning);

  private:
    // count 0: a scalar
    Object& attribute(char const* name, Id type, std::uint64_t count, void const* data);

    Handle handle_;
};

// A dimension scale.
struct Dimension {
    Handle        scale;
    std::uint64_t size = 0;
};
using Dimensions = std::vector<Dimension const*>;

// How the cells of an array are stored. Only filters that every reader has built in.
struct Storage {
    std::vector<std::uint64_t> chunk;              // empty: contiguous, uncompressed
    bool                       fill       = false; // cells hold `fill_value` where nothing is known (u2 arrays)
    std::uint16_t              fill_value = 0;
};

class Group : public Object {
  public:
    using Object::Object;

    Group group(std::string const& name);

    // A dimension without coordinates: costs no bytes in the file.
    Dimension dimension(std::string const& name, std::uint64_t size);
    // A dimension with coordinates.
    template <class T> Dimension coordinates(std::string const& name, std::vector<T> const& values, About const& about)
    {
        return coordinates(name, type_of<T>(), values.size(), values.data(), about);
    }
    Dimension coordinates(std::string const& name, std::vector<std::string> const& values, About const& about);

    template <class T> Object scalar(std::string const& name, T value, About const& about)
    {
        return dataset(name, type_of<T>(), {}, &value, about, {});
    }
    Object scalar(std::string const& name, std::string const& text, About const& about);

    template <class T> Object array(std::string const& name, std::vector<T> const& values, Dimensions const& dimensions,
                                    About const& about, Storage const& storage = {})
    {
        require_size(name, values.size(), dimensions);
        return dataset(name, type_of<T>(), dimensions, values.data(), about, storage);
    }
    Object array(std::string const& name, std::vector<std::string> const& values, Dimensions const& dimensions,
                 About const& about);

    // An array whose cells are written later, one chunk at a time.
    template <class T>
    Object frames(std::string const& name, Dimensions const& dimensions, About const& about, Storage const& storage)
    {
        return dataset(name, type_of<T>(), dimensions, nullptr, about, storage);
    }

  private:
    Object dataset(std::string const& name, Id type, Dimensions const& dimensions, void const* data, About const& about,
                   Storage const& storage);
    Dimension   coordinates(std::string const& name, Id type, std::uint64_t size, void const* data, About const& about);
    static void require_size(std::string const& name, std::uint64_t size, Dimensions const& dimensions);
};

// Writes the box of `count` cells from `start` on.
template <class T> void write_box(Object const& array, std::vector<std::uint64_t> const& start,
                                  std::vector<std::uint64_t> const& count, std::vector<T> const& cells);

class MemoryFile {
  public:
    MemoryFile();

    Group root();
    // The bytes of the file, complete; nothing may be written any more.
    std::vector<char> image();

  private:
    Handle file_;
};

} // namespace scribeline::results::hdf5
