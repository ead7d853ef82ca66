using System.Xml.Linq;
using Governance.Accounts;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.EntityFrameworkCore;

namespace Governance.Persistence;

/// <summary>Keeps the keys that sign cookies and seal secrets in the database, where every node finds them and a backup holds them; what is in there is sealed with the installation's key, which is not.</summary>
internal sealed class ProtectionKeyRepository(IDbContextFactory<GovernanceDb> contexts) : IXmlRepository
{
    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using var db = contexts.CreateDbContext();
        return db.ProtectionKeys.AsNoTracking().Select(k => k.Xml).ToList().ConvertAll(XElement.Parse);
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        using var db = contexts.CreateDbContext();
        db.ProtectionKeys.Add(new ProtectionKey { Name = friendlyName, Xml = element.ToString(SaveOptions.DisableFormatting) });
        db.SaveChanges();
    }
}
